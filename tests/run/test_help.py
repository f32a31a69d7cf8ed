"""Help on one screen and in full, and suggestions for what was mistyped."""

import re

import pytest

COMMANDS = ("send", "recipes", "report", "status", "serve", "completion", "help")
SCREEN = 23  # lines: a terminal has 24, and one is for the next prompt
OPTION = re.compile(r"^  (?:-(.), |    )--([a-z0-9-]+)", re.M)


def shown(shoal, *arguments):
    run = shoal(*arguments)
    assert run.status == 0 and not run.err, run
    return run.out.decode()


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"], *([name, "--help"] for name in COMMANDS)])
def test_help_fits_a_screen(shoal, arguments):
    lines = shown(shoal, *arguments).splitlines()
    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= 80, max(lines, key=len)


@pytest.mark.parametrize("arguments", [["--help"], ["send", "--help"]])
def test_the_first_screen_has_twelve_options_and_three_examples(shoal, arguments):
    text = shown(shoal, *arguments)
    assert len(OPTION.findall(text)) == 12
    assert len(re.findall(r"^  shoal send ", text, re.M)) == 3
    assert "--help all" in text and "man shoal" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_help_all_has_every_option_of_the_first_screen_and_a_text_for_each(shoal, name):
    first = {option for _, option in OPTION.findall(shown(shoal, name, "--help"))}
    text = shown(shoal, name, "--help", "all")
    every = [option for _, option in OPTION.findall(text)]
    assert len(set(every)) == len(every)
    assert first <= set(every)
    assert {"help", "version"} <= set(every)
    assert max(map(len, text.splitlines())) <= 80


def test_the_ways_to_ask_for_help_agree(shoal):
    for name in COMMANDS:
        short = shown(shoal, name, "--help")
        assert shown(shoal, name, "-h") == short == shown(shoal, "help", name)
        full = shown(shoal, name, "--help", "all")
        assert shown(shoal, name, "--help=all") == full == shown(shoal, "help", name, "all")
        assert full in shown(shoal, "--help", "all")
    assert shown(shoal, "--help=all") == shown(shoal, "help", "all")
    assert shown(shoal, "send", "--version") == shown(shoal, "--version") == shown(shoal, "serve", "-V")


def test_help_needs_nothing_else_to_be_right(shoal):
    assert shown(shoal, "send", "--help", "--nonsense") == shown(shoal, "send", "--help")
    assert shown(shoal, "serve", "-q", "-h", "operand") == shown(shoal, "serve", "--help")


@pytest.mark.parametrize("arguments", ["--help all", "send --help all", "help all", "recipes"])
def test_a_reader_that_has_seen_enough_is_no_failure(shoal, arguments):
    script = f'set -o pipefail; "$0" {arguments} | true'
    for _ in range(2):
        run = shoal(prefix=["bash", "-c", script])
        assert (run.status, run.err, run.out) == (0, b"", b""), run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["snd"], ["unknown command 'snd'", "did you mean 'send'?"]),
        (["recipe"], ["did you mean 'recipes'?"]),
        (["help", "sevre"], ["did you mean 'serve'?"]),
        (["upload"], ["unknown command 'upload'", "--help"]),
        (["dist", "http://127.0.0.1:9/"], ["write shoal send dist"]),
        (["--json", "send"], ["options follow the command", "shoal send --json"]),
        (["send", "--help=al"], ["did you mean 'all'?"]),
        (["serve", "--retries", "3"], ["it is an option of shoal send"]),
        (["status", "-n"], ["it is an option of shoal send"]),
        (["send", "--listen", "x"], ["it is an option of shoal serve"]),
        (["completion", "bsh"], ["did you mean 'bash'?"]),
        (["recipes", "raygn"], ["did you mean 'raygun'?"]),
        (["recipes", "gitlab"], ["did you mean 'gitlab-generic'?"]),
        (["serve", "--fault", "stal"], ["did you mean 'stall'?"]),
        (["serve", "--fault", "close:boddy"], ["did you mean 'body'?"]),
        (["serve", "--fault", "reset@evry=2"], ["did you mean 'every'?"]),
    ],
)
def test_commands_and_their_values_are_suggested(shoal, arguments, words):
    run = shoal(*arguments)
    assert run.status == 2 and not run.out, run
    for word in words:
        assert word in run.err.decode(), run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--retry", "3"], ["did you mean --retries?"]),
        (["--progress=ber"], ["--progress 'ber'", "bar, plain or none", "did you mean 'bar'?"]),
        (["--progress", "quiet"], ["bar, plain or none"]),
        (["--without-pair", "skp"], ["--without-pair 'skp'", "fail, skip or send", "did you mean 'skip'?"]),
        (["--follow=outsid"], ["--follow 'outsid'", "--follow=outside"]),
        (["--jobs", "atuo"], ["did you mean 'auto'?"]),
        (["--shard", "aut"], ["did you mean 'auto'?"]),
        (["--recipe", "raygn"], ["did you mean 'raygun'?"]),
        (["--recipe", "raygun", "-s", "appid=1"], ["did you mean 'app_id'?"]),
        (["-F", "x={pth}"], ["{pth}", "did you mean {path}?"]),
        (["-F", "x={path:ulr}"], ["did you mean ':url'?"]),
        (["-s", "version=1", "-F", "x={verion}"], ["did you mean {version}?"]),
        (["-F", "file=@{file};tpye=text/plain"], ["did you mean ';type='?"]),
        (["--aws-sigv4", "aws:amazon"], ["did you mean 'aws:amz'?"]),
        (["--check", "jsn:/a=1"], ["did you mean 'json:'?"]),
        (["--capture", "id=heder:ETag"], ["did you mean 'header:'?"]),
        (["--rate", "10/sec"], ["10/s"]),
        (["--proxy", "htpp://127.0.0.1:9"], ["did you mean 'http://'?"]),
        (["--bearer", "evn:TOKEN"], ["did you mean 'env:'?"]),
    ],
)
def test_options_and_their_values_are_suggested(shoal, tree, arguments, words):
    tree("a")
    run = shoal("send", *arguments, tree, "http://127.0.0.1:9/")
    assert run.status == 2 and not run.out, run
    for word in words:
        assert word in run.err.decode(), run


@pytest.mark.parametrize(("url", "meant"), [("htps://h/", "https://"), ("htp://h/", "http://")])
def test_a_scheme_is_suggested(shoal, tree, url, meant):
    tree("a")
    run = shoal("send", tree, url)
    assert run.status == 2 and f"did you mean '{meant}'?" in run.err.decode(), run


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("titel: x\noptions: {url: 'http://h/'}\n", "title"),
        ("variables: {a: {hlep: x}}\noptions: {url: 'http://h/{a}'}\n", "help"),
        ("options: {retires: 3}\n", "retries"),
    ],
)
def test_a_key_of_an_options_file_is_suggested(shoal, tree, text, meant):
    tree("a")
    (shoal.folder / "own.yaml").write_text(text)
    run = shoal("send", "--recipe", "./own.yaml", tree)
    assert run.status == 2 and f"did you mean '{meant}'?" in run.err.decode(), run
