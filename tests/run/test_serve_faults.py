"""`shoal serve --fault`: every fault in every phase, from the client's view."""

import email.utils
import http.client
import time

import pytest

from receiver import Receiver, field, file_part, form, head

BODY = form(field(b"path", b"a/f"), file_part(b"content"))


def serve(folder, *faults, more=()):
    arguments = [word for fault in faults for word in ("--fault", fault)]
    return Receiver(*arguments, *more, into=folder / "into")


def statuses(receiver, count):
    """The statuses of `count` requests, one after the other; None: no response."""
    got = []
    for _ in range(count):
        try:
            got.append(receiver.put(b"1", "/x").status)
        except (OSError, http.client.HTTPException):
            got.append(None)
    return got


@pytest.mark.parametrize("spec, seconds", [("delay=150", 0.15), ("delay=150:headers", 0.15),
                                           ("delay=150:body", 0.15), ("delay=150:answer", 0.15)])
def test_delay_waits_and_then_all_is_well(folder, spec, seconds):
    with serve(folder, spec) as receiver:
        began = time.monotonic()
        answer = receiver.answer(head(length=len(BODY)) + BODY)
        assert answer.status == 201 and answer.json["parts"][1]["stored"] == "a/f"
        assert time.monotonic() - began >= seconds
        assert receiver.wait_event()["fault"] == "delay"
        assert receiver.stored() == {"a/f": b"content"}


def test_a_delay_holds_up_no_one_else(folder):
    with serve(folder, "delay=3600000@first=50") as receiver:
        waiting = [receiver.connect().put(b"1", f"/{number}") for number in range(50)]
        while receiver.totals()["files"] < 50:  # served meanwhile
            pass
        assert receiver.put(b"1", "/quick").status == 201
        for connection in waiting:
            connection.close()


def test_many_delays_at_a_time_all_end_well(folder):
    with serve(folder, "delay=500@first=50") as receiver:
        waiting = [receiver.connect().put(b"1", f"/{number}") for number in range(50)]
        assert [connection.answer().status for connection in waiting] == [201] * 50
        for connection in waiting:
            connection.close()


@pytest.mark.parametrize("spec, stored", [("status=503", False), ("status=503:taken", True)])
def test_status_is_answered_on_a_connection_that_goes_on(folder, spec, stored):
    with serve(folder, spec + "@first=1") as receiver, receiver.connect() as connection:
        answer = connection.post(BODY).answer()
        assert answer.status == 503 and "Retry-After" not in answer.headers
        assert answer.json["error"]
        assert bool(receiver.stored()) == stored
        assert connection.post(BODY).answer().status == 201


@pytest.mark.parametrize("spec", ["early=401", "status=401:headers"])
def test_an_early_answer_comes_before_the_body_and_closes(folder, spec):
    with serve(folder, spec) as receiver, receiver.connect() as connection:
        connection.send(head(length=10**6))
        answer = connection.answer()
        assert answer.status == 401 and answer.headers["Connection"] == "close"
        assert connection.rest() == b""
        assert receiver.stored() == {}


def test_retry_after_in_seconds_and_as_a_date(folder):
    faults = ("status=429,retry-after=7@first=1", "status=503,retry-after=date+90")
    with serve(folder, *faults) as receiver:
        answer = receiver.put(b"1", "/x")
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
        date = receiver.put(b"1", "/x").headers["Retry-After"]
        assert date.endswith(" GMT")
        ahead = email.utils.parsedate_to_datetime(date).timestamp() - time.time()
        assert 80 < ahead <= 91
        assert email.utils.format_datetime(email.utils.parsedate_to_datetime(date), True) == date


def test_a_status_without_a_body_has_none(folder):
    with serve(folder, "status=204:taken") as receiver, receiver.connect() as connection:
        connection.put(b"1", "/x")
        assert (connection.answer().status, connection.put(b"1", "/x").answer().text) == (204, "")


@pytest.mark.parametrize("phase, stored", [("headers", False), ("body", False), ("taken", True)])
def test_reset_before_the_answer(folder, phase, stored):
    with serve(folder, f"reset:{phase}") as receiver, receiver.connect() as connection:
        with pytest.raises(ConnectionResetError):
            connection.post(BODY).rest()
        assert receiver.wait_event()["status"] is None
        assert receiver.stored() == ({"a/f": b"content"} if stored else {})


def test_reset_amid_the_answer(folder):
    with serve(folder, "reset") as receiver, receiver.connect() as connection:
        connection.post(BODY)
        got = b""
        with pytest.raises(ConnectionResetError):
            while True:
                got += connection.socket.recv(65536)
        assert got.startswith(b"HTTP/1.1 201 ") and not got.endswith(b"}\n")
        assert receiver.stored() == {"a/f": b"content"}


@pytest.mark.parametrize("spec, stored", [("close:headers", False), ("close:body", False),
                                          ("close:taken", True), ("drop", True)])
def test_close_without_an_answer(folder, spec, stored):
    with serve(folder, spec) as receiver, receiver.connect() as connection:
        assert connection.post(BODY).rest() == b""
        assert receiver.wait_event()["fault"] == "close"
        assert receiver.stored() == ({"a/f": b"content"} if stored else {})


@pytest.mark.parametrize("spec", ["truncate", "close:answer"])
def test_an_answer_that_is_cut_short(folder, spec):
    with serve(folder, spec) as receiver, receiver.connect() as connection:
        with pytest.raises(http.client.IncompleteRead):
            connection.post(BODY).answer()
        assert receiver.stored() == {"a/f": b"content"}


def test_a_kept_connection_that_closes_without_having_said_so(folder):
    with serve(folder, "close") as receiver, receiver.connect() as connection:
        answer = connection.post(BODY).answer()
        assert answer.status == 201 and "close" not in answer.headers.get("Connection", "")
        assert connection.rest() == b""


def test_a_kept_connection_that_closes_as_the_next_request_arrives(folder):
    with serve(folder, "close:next@first=1") as receiver, receiver.connect() as connection:
        assert connection.put(b"1", "/x").answer().status == 201
        try:
            assert connection.put(b"2", "/y").rest() == b""
        except ConnectionResetError:
            pass
        assert receiver.stored() == {"x": b"1"} and receiver.totals()["requests"] == 1
        assert receiver.put(b"3", "/z").status == 201


@pytest.mark.parametrize("phase", ["headers", "body", "taken"])
def test_garbage_is_no_answer(folder, phase):
    with serve(folder, f"garbage:{phase}") as receiver, receiver.connect() as connection:
        with pytest.raises(http.client.BadStatusLine):
            connection.post(BODY).answer()
        assert bool(receiver.stored()) == (phase == "taken")


@pytest.mark.parametrize("phase", ["headers", "body", "taken", "answer"])
def test_stall_moves_no_more_until_the_client_goes(folder, phase):
    with serve(folder, f"stall:{phase}@first=1") as receiver:
        with receiver.connect() as connection:
            connection.post(BODY)
            event = receiver.wait_event()
            assert event["fault"] == "stall"
            connection.socket.settimeout(0.3)
            with pytest.raises(TimeoutError):
                while connection.socket.recv(65536):
                    pass
            assert receiver.put(b"1", "/x").status == 201
        assert ("a/f" in receiver.stored()) == (phase in ("taken", "answer"))


def test_a_stall_does_not_keep_it_from_ending(folder):
    with serve(folder, "stall") as receiver, receiver.connect() as connection:
        connection.post(BODY)
        receiver.wait_event()
        receiver.stop()
        assert connection.rest() == b""


def test_a_client_that_leaves_a_stall_frees_its_connection(folder):
    def few_descriptors():
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))  # four connections

    receiver = Receiver("--fault", "stall@first=20", into=folder / "into", preexec_fn=few_descriptors)
    with receiver:
        for number in range(20):
            with receiver.connect() as connection:
                connection.put(b"1", f"/{number}")
                assert receiver.wait_event()["path"] == f"/{number}"
        assert receiver.put(b"1", "/last").status == 201


# Which requests

def test_first_and_every(folder):
    with serve(folder, "status=500@first=2", "status=503@every=3") as receiver:
        assert statuses(receiver, 7) == [500, 500, 503, 201, 201, 503, 201]


def test_a_share_is_about_as_large_as_told_and_the_same_for_the_same_seed(folder):
    def run(seed):
        with serve(folder, "status=503@30%", more=["--seed", seed]) as receiver:
            return statuses(receiver, 200)

    first = run("7")
    assert first == run("7") and first != run("8")
    assert 35 <= first.count(503) <= 85 and first.count(503) + first.count(201) == 200


def test_shares_of_nothing_and_of_all(folder):
    with serve(folder, "status=500@0%", "status=503@100%") as receiver:
        assert statuses(receiver, 20) == [503] * 20


def test_a_delay_goes_with_another_fault(folder):
    with serve(folder, "delay=200:headers", "drop") as receiver:
        began = time.monotonic()
        assert statuses(receiver, 1) == [None]
        assert time.monotonic() - began >= 0.2 and receiver.stored() == {"x": b"1"}


def test_a_bad_request_is_refused_though_a_fault_was_chosen(folder):
    with serve(folder, "drop") as receiver:
        assert receiver.put(b"1", "/../x").status == 400


def test_a_fault_can_begin_with_the_nth_request(folder):
    with serve(folder, "status=503@from=4") as receiver:
        assert statuses(receiver, 6) == [201, 201, 201, 503, 503, 503]
