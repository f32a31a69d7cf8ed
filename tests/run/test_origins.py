"""Several servers in one run: each has its own pauses, retries and limit on files in flight."""

import socket
import threading

import pytest

from servers.ledger import Answer, Ledger

# The folder of a file is the server that it is for.
URL = "http://{dir:raw}upload"
FORM = ("-F", "path={path}", "-F", "file=@{file}")


@pytest.fixture
def other():
    with Ledger() as server:
        yield server


def place(server):
    return f"127.0.0.1:{server.port}"


def listed(tree, folders):
    """The files of `folders` (name -> count) in that order, as a list for standard input."""
    names = [f"{folder}/f{i}" for folder, count in folders.items() for i in range(count)]
    for name in names:
        tree(name, b"x")
    return "".join(f"{tree}/{name}\n" for name in names).encode()


@pytest.fixture
def list_file(folder):
    """Gives standard input that holds a list."""
    files = []

    def make(content):
        path = folder / "list"
        path.write_bytes(content)
        files.append(path.open("rb"))
        return files[-1]

    yield make
    for file in files:
        file.close()


@pytest.mark.parametrize("status", [429, 503])
def test_files_for_one_server_do_not_wait_for_another_that_asks_for_pauses(
    shoal, tree, ledger, other, list_file, status
):
    """The walk finds thousands of files for the one that pauses first."""
    well = threading.Event()
    pause = Answer(status=status, headers={"Retry-After": "2"})
    ledger.default = lambda record: Answer() if well.is_set() else pause
    paths = listed(tree, {place(ledger): 4_200, place(other): 60})
    running = shoal.start(*FORM, "--base", tree, "-", URL, stdin=list_file(paths))
    running.wait_files(60, "sent")
    assert len(other.accepted) == 60
    well.set()
    run = running.finish().sent_all(4_260)
    pauses = [event for event in run.of_kind("pause")]
    assert pauses and {event["origin"] for event in pauses} == {ledger.origin}, run
    for event in pauses:
        assert event["status"] == status and 1 <= event["seconds"] <= 2 and event["until"], event
    assert f"{place(ledger)} asks for a pause of" in run.text
    assert "Retry-After); its files wait" in run.text


def test_a_server_that_is_never_reached_fails_its_own_files_only(shoal, tree, ledger, list_file):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{closed.getsockname()[1]}"
        paths = listed(tree, {nobody: 4_200, place(ledger): 60})
        running = shoal.start(*FORM, "--base", tree, "-", URL, stdin=list_file(paths))
        running.wait_files(60, "sent")
        run = running.finish()
    assert run.status == 75, run
    assert run.end["complete"] and run.count("sent") == 60 and run.count("failed") == 4_200
    for event in run.files:
        if event["verdict"] == "failed":
            assert event["path"].startswith(nobody) and event["temporary"], event
            assert "never reached" in event["error"] or event["attempts"] > 0, event
    tries = sum(event["attempts"] for event in run.files if event["verdict"] == "failed")
    assert tries == 6, tries
    assert [event["origin"] for event in run.of_kind("pause")] == [f"http://{nobody}"]
    assert f"{nobody} is down (" in run.text
    assert f"gave up on {nobody}: the server was never reached (" in run.text


def test_hundreds_of_servers_get_all_of_their_files(shoal, tree):
    with Ledger(host="0.0.0.0") as everywhere:
        hosts = [f"127.0.{i // 100}.{i % 100 + 1}:{everywhere.port}" for i in range(300)]
        for host in hosts:
            for i in range(3):
                tree(f"{host}/f{i}", b"x")
        shoal.send(*FORM, tree, URL).sent_all(900)
        asked = {value for record in everywhere.records for name, value in record.headers if name == "Host"}
        assert asked == set(hosts)


def test_names_of_one_server_in_different_letters_are_one_server(shoal, tree, ledger):
    """`LOCALHOST` and `localhost` share the pause: the second name is not asked before it ends."""
    answers = [Answer(status=429, headers={"Retry-After": "2"}), Answer()]
    ledger.default = lambda record: answers.pop(0) if len(answers) > 1 else answers[0]
    tree(f"LOCALHOST:{ledger.port}/a", b"x")
    tree(f"localhost:{ledger.port}/b", b"x")
    run = shoal.send("-j", "1", *FORM, tree, URL).sent_all(2)
    first, second = ledger.records[:2]
    assert second.at - first.at >= 1.9, run
    pauses = [event["origin"].lower() for event in run.of_kind("pause")]
    assert pauses == [f"http://localhost:{ledger.port}"]


def test_a_url_that_makes_no_sense_fails_its_file_only(shoal, tree, ledger):
    tree(f"{place(ledger)}/good", b"x")
    tree("not a host/bad", b"x")
    run = shoal.send(*FORM, tree, URL)
    assert run.paths("sent") == {f"{place(ledger)}/good".encode()}
    assert run.paths("failed") == {b"not a host/bad"}
    assert run.status == 1
