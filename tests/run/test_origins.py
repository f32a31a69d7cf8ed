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


@pytest.mark.parametrize("url, names", [
    ("http://{stem}.example:{port}/", {"bücher": "xn--bcher-kva.example"}),
    ("http://{k}.{stem}.example:{port}/", {"a": "xn--bcher-kva.a.example", "fluß": "xn--bcher-kva.xn--flu-7ka.example"}),
    ("http://www-{stem}ü.{k}:{port}/", {"é": "xn--www--epa8i.xn--bcher-kva"}),
    ("http://u@{name}:{port}/", {"bu\u0308cher.example": "xn--bcher-kva.example"}),
])  # fmt: skip
def test_international_names_of_files(shoal, tree, ledger, hosts, url, names):
    """The host differs from file to file, and is looked up in its ASCII form."""
    for name in names:
        tree(name if "{name}" in url else f"{name}.txt")
    prefix = hosts(*(f"127.0.0.1 {host}" for host in names.values()))
    run = shoal.send(
        "-s", "k=Bücher", *FORM, tree, url.replace("{port}", str(ledger.port)), prefix=prefix
    ).sent_all(len(names))
    wanted = {f"{host}:{ledger.port}" for host in names.values()}
    assert {record.header("Host")[0] for record in ledger.records} == wanted
    assert {event["origin"] for event in run.files} == {f"http://{host}" for host in wanted}


def test_a_name_that_is_not_valid_fails_its_own_file(shoal, tree, ledger, hosts):
    for name in ("-ü", "bücher", "a b"):
        tree(name)
    prefix = hosts("127.0.0.1 xn--bcher-kva.example")
    run = shoal.send(*FORM, tree, f"http://{{name}}.example:{ledger.port}/", prefix=prefix)
    assert run.count("sent") == 1 and run.count("failed") == 2
    assert "not a valid domain name: '-ü'" in run.verdicts["-ü"]["error"]


def test_international_names_in_a_list(shoal, tree, ledger, hosts, folder):
    tree("a")
    urls = folder / "urls"
    urls.write_text(f"a\thttp://bücher.example:{ledger.port}/%20?x=%20\n")
    shoal.send("--urls", urls, tree, prefix=hosts("127.0.0.1 xn--bcher-kva.example")).sent_all(1)
    assert ledger.records[0].header("Host") == [f"xn--bcher-kva.example:{ledger.port}"]
    assert ledger.records[0].target == "/%20?x=%20"
