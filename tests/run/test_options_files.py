"""Options files: --recipe and --config, how they combine with the command line, and their errors."""

import re

import pytest

pytestmark = pytest.mark.commands

URL = "http://127.0.0.1:9/up"


@pytest.fixture
def write(shoal):
    """write("a.yaml", text): a file in the working directory of the program; returns ./a.yaml."""

    def make(text, name="a.yaml"):
        (shoal.folder / name).write_text(text)
        return f"./{name}"

    return make


def plan(shoal, *arguments, **more):
    """The one plan event of a dry run."""
    run = shoal.send("-n", *arguments, **more)
    assert run.status == 0, run
    assert len(run.of_kind("plan")) == 1, run
    return run.of_kind("plan")[0]


def options(**lines):
    """An options file with these options; an underscore in a name is a dash."""
    rows = "".join(f"  {name.replace('_', '-')}: {value}\n" for name, value in lines.items())
    return f"options:\n{rows}"


def fields(event):
    return [(field["name"], field.get("value") or field.get("file")) for field in event["fields"]]


# --- precedence


def test_the_command_line_goes_over_the_config_over_the_recipe(shoal, tree, write):
    tree("a")
    write(options(url=f"{URL}/recipe", request="PUT", retries='"1"'), "r.yaml")
    write(options(url=f"{URL}/config", request="PATCH"), "c.yaml")
    both = ("--recipe", "./r.yaml", "--config", "c.yaml")
    assert plan(shoal, "--recipe", "./r.yaml", tree)["url"] == f"{URL}/recipe"
    event = plan(shoal, *both, tree)
    assert (event["url"], event["method"]) == (f"{URL}/config", "PATCH")
    event = plan(shoal, "--url", f"{URL}/own", *both, "-X", "DELETE", tree)
    assert (event["url"], event["method"]) == (f"{URL}/own", "DELETE")


def test_a_repeatable_option_replaces_the_files_and_add_adds(shoal, tree, write):
    tree("a")
    write(options(url=URL, form='["a=1", "file=@{file}"]', header='["X-R: 1", "X-S: 2"]'), "r.yaml")
    write(options(header='"X-C: 3"'), "c.yaml")

    def headers(*arguments):
        event = plan(shoal, "--recipe", "./r.yaml", *arguments, tree)
        return [line for line in event["headers"] if line.startswith("X-")]

    assert headers() == ["X-R: 1", "X-S: 2"]
    assert headers("--config", "c.yaml") == ["X-C: 3"]
    assert headers("--config", "c.yaml", "-H", "X-Own: 4") == ["X-Own: 4"]
    assert headers("--config", "c.yaml", "--add-header", "X-Own: 4") == ["X-C: 3", "X-Own: 4"]
    assert headers("--add-header=X-Own: 4", "-H", "X-New: 5") == ["X-Own: 4", "X-New: 5"]
    write(options(add_header='["X-C: 3"]'), "c.yaml")
    assert headers("--config", "c.yaml") == ["X-R: 1", "X-S: 2", "X-C: 3"]
    event = plan(shoal, "--recipe", "./r.yaml", "--add-form", "b=2", tree)
    assert [name for name, _ in fields(event)] == ["a", "file", "b"]
    event = plan(shoal, "--recipe", "./r.yaml", "-F", "b=@{file}", tree)
    assert [name for name, _ in fields(event)] == ["b"]


def test_switches_are_yes_or_no_and_can_be_undone(shoal, tree, write):
    tree(".hidden")
    tree("a")
    for on, off in (("yes", "no"), ("true", "false")):
        write(options(url=URL, no_hidden=on), "r.yaml")
        write(options(no_hidden=off), "c.yaml")

        def found(*arguments):
            return len(shoal.send("-n", "--recipe", "./r.yaml", *arguments, tree).of_kind("plan"))

        assert found() == 1
        assert found("--no-no-hidden") == 2
        assert found("--config", "c.yaml") == 2
        assert found("--config", "c.yaml", "--no-hidden") == 1
        assert found("--no-hidden", "--no-no-hidden") == 2


def test_a_filter_on_the_command_line_replaces_the_whole_list(shoal, tree, write):
    for name in ("a.js", "b.map", "c.txt"):
        tree(name)
    recipe = write(options(url=URL, filter='["+ *.js", "+ *.map", "- b.*"]'))

    def found(*arguments):
        run = shoal.send("-n", "--recipe", recipe, *arguments, tree)
        return sorted(event["path"] for event in run.of_kind("plan"))

    assert found() == ["a.js"]
    assert found("--filter", "+ *.txt") == ["c.txt"]
    assert found("--include", "*.txt") == ["c.txt"]
    assert found("--exclude", "*.txt") == ["a.js", "b.map"]
    assert found("--filter=- *.js") == ["b.map", "c.txt"]
    assert found("--add-filter", "+ c.*") == ["a.js", "c.txt"]
    assert found("--add-include", "b.*") == ["a.js", "b.map"]
    assert found("--add-exclude", "*.js", "--allow-empty") == []
    (shoal.folder / "ignored").write_text("*.js\n")
    assert found("--ignore-file", "ignored", "--allow-empty") == []


def test_a_filter_that_is_none_is_refused(shoal, tree):
    tree("a")
    for value in ("*.js", "+", "+*.js", "+ ", "x *.js", ""):
        shoal.send("--filter", value, tree, URL).usage_error("--filter", "'+ GLOB'")


# --- variables


RECIPE = """
title: "An example"
variables:
  id: {help: "the number"}
  token: {help: "the credential", secret: true, default: "env:MY_TOKEN"}
  kind: {values: [map, symbol], default: map}
  host: {optional: yes}
options:
  url: "http://127.0.0.1:9/{id}/{kind}?t={token}"
"""


def test_variables_have_values_and_defaults(shoal, tree, write):
    tree("a")
    recipe = write(RECIPE)
    env = {"MY_TOKEN": "s3cr3t"}
    event = plan(shoal, "--recipe", recipe, "-s", "id=5", tree, env=env)
    assert event["url"] == "http://127.0.0.1:9/5/map?t=***"
    event = plan(shoal, "--recipe", recipe, "-s", "id=5", "-s", "kind=symbol", tree, env=env)
    assert event["url"] == "http://127.0.0.1:9/5/symbol?t=***"


def test_what_is_missing_or_unknown_is_named(shoal, tree, write):
    tree("a")
    recipe = write(RECIPE)
    shoal.send("--recipe", recipe, tree, env={"MY_TOKEN": "x"}).usage_error(
        "./a.yaml:4:3:", "'id'", "the number", "-s id="
    )
    for env in ({}, {"MY_TOKEN": ""}):
        shoal.send("--recipe", recipe, "-s", "id=1", tree, env=env).usage_error(
            "./a.yaml:5:3:", "'token'", "'MY_TOKEN'", "-s token=..."
        )
    given = ("-s", "id=1", "-s", "token=x")
    shoal.send("--recipe", recipe, *given, "-s", "tokn=1", tree).usage_error("'tokn'", "id, token")
    shoal.send("--recipe", recipe, *given, "-s", "kind=a", tree).usage_error("'kind=a'", "map, symbol")
    write(options(set='["nothing=1"]'), "c.yaml")
    shoal.send("--recipe", recipe, "--config", "c.yaml", *given, tree).usage_error(
        "c.yaml:2:9:", "'nothing'"
    )


def test_a_config_sets_variables_one_by_one(shoal, tree, write):
    tree("a")
    recipe = write(RECIPE)
    write(options(set='["id=1", "token=abcdef", "kind=symbol"]'), "c.yaml")
    event = plan(shoal, "--recipe", recipe, "--config", "c.yaml", "-s", "id=2", tree)
    assert event["url"] == "http://127.0.0.1:9/2/symbol?t=***"


def test_a_secret_is_a_secret_even_if_it_is_given_as_it_is(shoal, tree, write, ledger):
    tree("a")
    recipe = write(
        "variables:\n  token: {secret: yes}\noptions:\n"
        f"  url: {ledger.url}\n  header: ['X-Token: {{token}}']\n  form: ['file=@{{file}}']\n"
    )
    ledger.always(status=400, body=b"bad token hunter2hunter2")
    run = shoal.send("--recipe", recipe, "-s", "token=hunter2hunter2", "-v", tree)
    assert run.status == 1
    assert b"hunter2" not in run.everything
    assert ledger.records[0].header("X-Token") == ["hunter2hunter2"]


def test_a_dry_run_needs_no_secrets(shoal, tree, write):
    tree("a")
    recipe = write(RECIPE)
    for given in ((), ("-s", "token=env:NOWHERE"), ("-s", "token=file:/nowhere")):
        event = plan(shoal, "--recipe", recipe, "-s", "id=1", *given, tree)
        assert event["url"] == "http://127.0.0.1:9/1/map?t=***"
    shoal.send("--recipe", recipe, "-s", "id=1", "-s", "token=env:NOWHERE", tree).usage_error("NOWHERE")
    bare = write("variables:\n  t: {secret: yes}\noptions: {url: 'http://127.0.0.1:9/{t}'}\n")
    assert plan(shoal, "--recipe", bare, tree)["url"].endswith("/***")


OPTIONAL = """
variables:
  version: {optional: yes, default: "env:MY_VERSION"}
  token: {optional: yes, secret: yes}
options:
  url: "http://127.0.0.1:9/"
  form: ["version={version?}", "file=@{file}"]
  header: ["X-Token: {token?}"]
"""


@pytest.mark.parametrize("env", [{}, {"MY_VERSION": "", "MY_TOKEN": ""}])
def test_an_optional_variable_is_left_out_where_its_reference_has_no_value(shoal, tree, write, env):
    tree("a")
    recipe = write(OPTIONAL)
    for given in ((), ("-s", "version=env:MY_VERSION"), ("-s", "token=env:MY_TOKEN")):
        event = plan(shoal, "--recipe", recipe, *given, tree, env=env)
        assert [field["name"] for field in event["fields"]] == ["file"]
        assert not [line for line in event["headers"] if line.startswith("X-Token")]
    set_all = {"MY_VERSION": "7", "MY_TOKEN": "s3cr3t"}
    event = plan(shoal, "--recipe", recipe, "-s", "token=env:MY_TOKEN", tree, env=set_all)
    assert event["fields"][0] == {"name": "version", "value": "***"} and "X-Token: ***" in event["headers"]
    needed = write(OPTIONAL.replace("version?", "version"))
    shoal.send("--recipe", needed, "-s", "version=env:MY_VERSION", tree, env=env).usage_error("MY_VERSION", "{version?}")


@pytest.mark.parametrize("host", ["https://example.com", "https://example.com/", "https://example.com/a/"])
def test_a_host_may_end_in_a_slash(shoal, tree, write, host):
    tree("b/c.js")
    recipe = write(
        "variables:\n  host: {help: h}\noptions:\n"
        f"  url: {URL}\n  form: ['url={{host}}/{{path}}', 'file=@{{file}}']\n"
    )
    event = plan(shoal, "--recipe", recipe, "-s", f"host={host}", tree)
    assert fields(event)[0] == ("url", host.rstrip("/") + "/b/c.js")
    run = shoal.send("-n", "-F", "u={h}/{path}", "-F", "f=@{file}", "-s", f"h={host}", tree, URL)
    assert fields(run.of_kind("plan")[0])[0] == ("u", host.rstrip("/") + "/b/c.js")


# --- where files are


def test_a_name_is_found_in_the_users_folder(shoal, tree):
    tree("a")
    for env, folder in (
        ({"XDG_CONFIG_HOME": str(shoal.folder / "xdg")}, shoal.folder / "xdg"),
        ({}, shoal.folder / ".config"),
    ):
        (folder / "shoal/recipes").mkdir(parents=True)
        (folder / "shoal/recipes/mine.yaml").write_text(options(url=URL))
        assert plan(shoal, "--recipe", "mine", tree, env=env)["url"] == URL


def test_an_unknown_name_is_refused(shoal, tree, write):
    tree("a")
    shoal.send("--recipe", "raygun-symbol", tree).usage_error("'raygun-symbol'", "'raygun-symbols'")
    shoal.send("--recipe", "./nothing.yaml", tree).usage_error("--recipe", "./nothing.yaml")
    shoal.send("--config", "nothing.yaml", tree, URL).usage_error("--config", "nothing.yaml")
    shoal.send("--recipe", "", tree).usage_error("--recipe", "empty")
    write(options(url=URL))
    shoal.send("--recipe", "a.yaml", tree).usage_error("./a.yaml")


def test_no_file_is_read_unless_it_is_asked_for(shoal, tree, write):
    tree("a")
    write(options(url=URL), ".shoal.yaml")
    shoal.send("-n", tree).usage_error("no URL")


def test_with_a_recipe_all_operands_are_paths(shoal, tree, write):
    tree("a")
    recipe = write(options(url=URL))
    shoal.send("--recipe", recipe, tree, "http://127.0.0.1:9/").usage_error("PATH")
    write(options(request="PUT"), "c.yaml")
    assert plan(shoal, "--config", "c.yaml", tree, URL)["method"] == "PUT"


# --- errors: file, line, column


WRONG = [
    ("options:\n  retires: 5\n", ("2:3:", "'retires'", "'retries'")),
    ("options:\n  url: a\n  url: b\n", ("3:3:", "duplicate", "'url'")),
    ("options:\n  retries: five\n", ("2:12:", "--retries 'five'", "whole number")),
    ("options:\n  retries: [5]\n", ("2:12:", "'retries'", "a text, not a list")),
    ("options:\n  retries: {a: b}\n", ("2:12:", "a text, not a map", "put it in quotes")),
    ("options:\n  follow: maybe\n", ("2:11:", "'follow'", "'maybe'", "yes or no")),
    ("options:\n  header: []\n", ("2:3:", "'header'", "empty")),
    ("options:\n  header: [X-A: 1]\n", ("2:12:", "put it in quotes")),
    ("options:\n  header:\n    - X-A: 1\n", ("3:7:", "put it in quotes")),
    ("options:\n  header: ['a b: c']\n", ("2:12:", "--header")),
    ("options:\n  form: ['a']\n", ("2:10:", "-F 'a'")),
    ("options:\n  form: ['a={nope}', 'b=@{file}']\n", ("2:10:", "{nope}")),
    ("options:\n  form: ['b=@{file}', 'a={nope}']\n", ("2:23:", "{nope}")),
    ("options:\n  url: ftp://h/\n", ("2:8:", "http://")),
    ("options:\n  url: http://h/{nope}\n", ("2:8:", "{nope}")),
    ("options:\n  rate: [5/x]\n", ("2:10:", "--rate")),
    ("options:\n  filter: ['*.js']\n", ("2:12:", "--filter")),
    ("options:\n  serial-by: '{size}'\n", ("2:14:", "--serial-by")),
    ("options:\n  success: 2xx\n", ("2:12:", "--success")),
    ("options:\n  json: f\n", ("2:3:", "'json'", "not allowed in a file")),
    ("options:\n  quiet: yes\n", ("2:3:", "not allowed in a file")),
    ("options:\n  recipe: raygun\n", ("2:3:", "not allowed in a file")),
    ("options:\n  config: a.yaml\n", ("2:3:", "not allowed in a file")),
    ("options:\n  include: '*.js'\n", ("2:3:", "filter: [")),
    ("options:\n  exclude: '*.js'\n", ("2:3:", "filter: [")),
    ("options:\n  no-follow: yes\n", ("2:3:", "the value no")),
    ("options:\n  add-retries: 5\n", ("2:3:", "unknown option 'add-retries'")),
    ("options:\n  url:\n", ("2:", "empty")),
    ("options:\n  url: #x\n", ("2:", "put it in quotes")),
    ("options:\n  url: http://h/ #x\n", ("2:8:", "put it in quotes")),
    ("options:\n  url: {host}/x\n", ("2:8:", "put it in quotes")),
    ("options:\n  url: *x\n", ("2:8:", "put it in quotes")),
    ("options:\n  url: !x\n", ("2:8:", "put it in quotes")),
    ("options:\n  url: @x\n", ("2:8:", "put it in quotes")),
    ("options:\n  url: &x y\n", ("2:8:", "anchors are not allowed")),
    ("options:\n  url: !!str x\n", ("2:8:", "tags are not allowed")),
    ("url: http://h/\n", ("1:1:", "'url'", "below 'options:'")),
    ("option:\n  url: x\n", ("1:1:", "unknown key 'option'")),
    ("title: x\n", ("1:1:", "'options' is missing")),
    ("- a\n", ("1:1:", "must be a map, not a list")),
    ("options: [a]\n", ("1:10:", "must be a map")),
    ("", ("empty",)),
    ("options: {}\ntitle: [x]\n", ("2:8:", "'title'")),
]


def test_an_error_names_file_line_and_column(shoal, tree, write):
    tree("a")
    for number, (text, words) in enumerate(WRONG):
        path = write(text)
        how = "--recipe" if number % 2 else "--config"
        run = shoal.send(how, path, tree, *([] if "url" in text else [URL]))
        run.usage_error(path, *words)


WRONG_VARIABLES = [
    ("variables:\n  a: b\noptions: {}\n", ("2:6:", "'a'", "a map, not a text")),
    ("variables: [a]\noptions: {}\n", ("1:12:", "'variables'")),
    ("variables:\n  a: {hlep: b}\noptions: {}\n", ("2:7:", "'hlep'", "'help'")),
    ("variables:\n  a: {secret: 5}\noptions: {}\n", ("2:15:", "'secret'", "yes or no")),
    ("variables:\n  a: {help: []}\noptions: {}\n", ("2:13:", "'help'")),
    ("variables:\n  a: {values: {}}\noptions: {}\n", ("2:15:", "'values'")),
    ("variables:\n  a b: {}\noptions: {}\n", ("2:3:", "'a b'")),
    ("variables:\n  path: {}\noptions: {}\n", ("2:3:", "'path'")),
    ("variables:\n  a: {default: b, optional: yes}\noptions: {}\n", ("2:3:", "'optional'")),
    ("variables:\n  a: {default: b, values: [c]}\noptions: {}\n", ("2:3:", "'b'")),
    ("variables:\n  a: {}\n  a: {}\noptions: {}\n", ("3:3:", "duplicate")),
    ("options:\n  set: ['a=b']\n", ("2:3:", "declare a variable")),
]


def test_a_wrong_variable_is_named(shoal, tree, write):
    tree("a")
    for text, words in WRONG_VARIABLES:
        path = write(text)
        shoal.send("--recipe", path, tree, URL).usage_error(path, *words)


def test_a_config_has_no_variables(shoal, tree, write):
    tree("a")
    path = write("variables:\n  a: {}\noptions: {}\n")
    shoal.send("--config", path, tree, URL).usage_error("1:1:", "--recipe")


def test_add_and_no_say_what_they_are_for(shoal, tree):
    tree("a")
    shoal.send("--add-retries", "3", tree, URL).usage_error("--retries cannot be repeated")
    shoal.send("--no-retries", tree, URL).usage_error("--retries is not a switch")


def test_a_secret_in_a_file_is_not_in_its_error(shoal, tree, write):
    tree("a")
    path = write(options(url=URL, user='"me:hunter2hunter2"', header='"X-A: {nope} hunter2hunter2"'))
    run = shoal.send("--config", path, tree)
    run.usage_error(path)
    assert not re.search("hunter2", run.text), run


def test_a_default_may_name_variables_before_it(shoal, tree, write):
    tree("a")
    head = "variables:\n  region: {default: us-east-1}\n  token: {secret: yes, default: 'env:TOKEN'}\n"
    path = write(head + "  endpoint: {default: 'http://{region}.h:1'}\n  both: {default: '{{{token}'}\noptions: {url: '{endpoint}/{both}'}\n")
    assert plan(shoal, "--recipe", path, tree)["url"] == "http://us-east-1.h:1/%7B***"
    run = shoal.send("-n", "--recipe", path, "-s", "region=eu", "-s", "both={region}", tree)
    assert run.of_kind("plan")[0]["url"] == "http://eu.h:1/%7Bregion%7D"
    run = shoal.send("-n", "--recipe", path, tree, env={"TOKEN": "s3cr3t"})
    assert run.of_kind("plan")[0]["url"] == "http://us-east-1.h:1/%7B***" and b"s3cr3t" not in run.everything
    for wrong in ("{later}", "{path}", "{endpoint}", "{region", "{optional}"):
        text = head + f"  optional: {{optional: yes}}\n  endpoint: {{default: '{wrong}'}}\n  later: {{default: x}}\noptions: {{url: 'http://h/'}}\n"
        shoal.send("--recipe", write(text), tree).usage_error("a.yaml:5:3", "'endpoint'", "declared before it")
