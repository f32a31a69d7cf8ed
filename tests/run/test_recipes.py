"""Recipes: each against a stand-in for its service, and `shoal recipes`."""

import json
import os
import pathlib
import shlex
import stat
import subprocess
import urllib.parse

import jsonschema
import pytest
import yaml

from harness import CHECKOUT
from servers.ledger import Answer
from servers.nginx import Nginx
from servers.services import CONTRACTS, Service

RECIPES = CHECKOUT / "recipes"
TOKEN = "s3cr3t+t/k=n-42"
SAS = "sv=2024-11-04&sig=s3cr3t%2Bt%2Fk%3Dn-42"

# What a user gives to each recipe besides endpoint and token.
GIVEN = {
    "raygun-symbols": ["app_id=app1", "host=https://example.com/"],
    "raygun": ["app_id=app1", "host=https://example.com"],
    "bugsnag": ["host=https://example.com", "version=1.2.3"],
    "rollbar": ["host=https://example.com", "version=1.2.3"],
    "honeybadger": ["host=https://example.com/", "version=1.2.3"],
    "airbrake": ["host=https://example.com", "project=project1"],
    "appsignal": ["host=https://example.com", "version=1.2.3", "project=project1", "environment=production"],
    "newrelic": ["host=https://example.com", "app_id=app1", "version=1.2.3", "project=project1"],
    "datadog": ["host=https://example.com/", "version=1.2.3", "project=project1"],
    "elastic": ["host=https://example.com", "version=1.2.3", "project=project1"],
    "sentry-release-files": ["org=org1", "project=project1", "version=1.2.3"],
    "instabug": ["os=ios", "version=1.2.3"],
    "backtrace": ["project=project1"],
    "faro": ["app_id=app1", "org=stack1", "bundle=bundle1"],
    "gitlab-generic": ["project=group/app", "package=app", "version=1.2.3"],
    "gitea-generic": ["org=org1", "package=app", "version=1.2.3", "user=me"],
    "nexus-raw": ["repository=repo1", "user=me"],
    "artifactory": ["repository=repo1"],
    "webdav": ["user=me"],
    "github-release": ["org=org1", "project=project1", "release=7"],
    "azure-blob": ["container=box"],
    "nextcloud": ["user=user1"],
    "s3": ["bucket=bucket1", "region=eu-west-1", "key_id=AKID"],
    "s3-compatible": ["bucket=bucket1", "region=eu-west-1", "key_id=AKID"],
    "presigned": [],
}

NAMES = sorted(set(CONTRACTS) & {path.stem for path in RECIPES.glob("*.yaml")})
EVERYTHING = sorted(path.stem for path in RECIPES.glob("*.yaml"))

MAPS = {"raygun", "bugsnag", "rollbar", "honeybadger", "airbrake", "appsignal", "newrelic", "datadog"}
MAPS |= {"elastic", "backtrace", "faro"}
SCRIPTS = {"raygun-symbols", "sentry-release-files"}


def says(name, option):
    """Whether the recipe has the option."""
    return f"\n  {option}:" in (RECIPES / f"{name}.yaml").read_text()


def token_of(name):
    return SAS if name == "azure-blob" else TOKEN


def credential_of(name):
    """The credential as the service sees it."""
    users = {"gitea-generic": "me", "nexus-raw": "me", "webdav": "me", "nextcloud": "user1", "faro": "stack1"}
    return f"{users[name]}:{TOKEN}" if name in users else token_of(name)


@pytest.fixture
def service(request):
    name = request.param
    with Service(name, credential_of(name)) as server:
        server.name = name
        yield server


@pytest.fixture
def site(tree):
    """A small site: two scripts with source maps, and a page."""
    for name in ("app", "sub/b c"):
        tree(f"{name}.js", f"script {name}")
        tree(f"{name}.js.map", json.dumps({"version": 3, "file": name}))
    tree("page.html", "<html></html>")
    return tree


def list_urls(service, site, token):
    """Writes urls.jsonl, which presigned reads, into the working directory."""
    query = f"X-Amz-Expires=600&X-Amz-Signature={urllib.parse.quote(token, safe='')}"
    lines = [
        json.dumps({"path": path, "url": f"{service.origin}/bucket1/{urllib.parse.quote(path)}?{query}"})
        for path in site.files
    ]
    (site.path.parent / "work" / "urls.jsonl").write_text("\n".join(lines))


def arguments(service, site, token=None):
    if service.name == "presigned":
        list_urls(service, site, token or token_of(service.name))
        return ["--recipe", service.name]
    endpoint = service.origin + ("/dav" if service.name == "webdav" else "")
    given = [f"endpoint={endpoint}", f"token={token or token_of(service.name)}", *GIVEN[service.name]]
    return ["--recipe", service.name, *(word for value in given for word in ("-s", value))]


def expected(name, tree):
    """The files that a recipe sends."""
    if name in MAPS:
        return {path for path in tree.files if path.endswith(".map")}
    if name in SCRIPTS:
        return {path for path in tree.files if path.endswith((".js", ".map"))}
    return set(tree.files)


each_service = pytest.mark.parametrize("service", NAMES, indirect=True)


@pytest.mark.commands
@each_service
def test_the_service_takes_what_is_sent(shoal, site, service):
    run = shoal.send(*arguments(service, site), site)
    assert not service.breaches, service.breaches
    wanted = expected(service.name, site)
    run.sent_all(len(wanted))
    assert set(run.verdicts) == wanted
    assert sorted(service.accepted_files) == sorted(site.files[path] for path in wanted)


@pytest.mark.parametrize("service", [name for name in NAMES if says(name, "exists") or not CONTRACTS[name].exists], indirect=True)
def test_what_the_service_has_is_not_a_failure(shoal, site, service):
    shoal.send(*arguments(service, site), site)
    run = shoal.send(*arguments(service, site), site)
    wanted = len(expected(service.name, site))
    assert not service.breaches, service.breaches
    assert run.status == 0, run
    assert run.count("exists" if service.contract.exists else "sent") == wanted, run


@pytest.mark.commands
@each_service
def test_wrong_credentials_fail_with_the_services_status(shoal, site, service):
    run = shoal.send(*arguments(service, site, "sv=2024-11-04&sig=wr0ng-key" if service.name == "azure-blob" else "wr0ng-key"), site)
    assert run.status in (1, 77), run
    assert run.count("failed") == run.end["found"], run
    assert {event["status"] for event in run.files if event["attempts"]} == {service.contract.denied}
    assert str(service.contract.denied) in run.text
    assert b"wr0ng-key" not in run.everything
    assert not service.accepted_files


@each_service
def test_the_fifth_request_meets_a_rate_limit(shoal, site, service):
    for number in range(5):
        site(f"more{number}.js", f"script {number}")
        site(f"more{number}.js.map", json.dumps({"version": 3, "number": number}))
    service.limit_request = 5
    wanted = len(expected(service.name, site))
    run = shoal.send(*arguments(service, site), "--json", site)
    run.sent_all(wanted)
    assert sum(event["attempts"] for event in run.files) == wanted + 1, run
    assert not service.breaches, service.breaches


@pytest.mark.parametrize("service", ["datadog"], indirect=True)
def test_datadog_is_asked_again_when_it_is_overloaded(shoal, site, service):
    service.contract.limited = Answer(status=408, headers={"Retry-After": "0"}, body=b"overloaded")
    service.limit_request = 2
    run = shoal.send(*arguments(service, site), site).sent_all(2)
    assert sum(event["attempts"] for event in run.files) == 3, run


@pytest.mark.parametrize("service", ["s3", "s3-compatible"], indirect=True)
def test_objects_are_kept_on_request(shoal, site, service):
    def keep(record):
        return Answer(status=412 if record.header("If-None-Match") == ["*"] else 200)

    service.default = keep
    assert shoal.send(*arguments(service, site), site).count("sent") == len(site.files)
    assert shoal.send(*arguments(service, site), "-s", "if_none_match=*", site).count("exists") == len(site.files)


@pytest.mark.parametrize("service", ["presigned"], indirect=True)
def test_presigned_forms_are_sent_too(shoal, site, service):
    service.default = lambda record: Answer(status=204 if record.field("key") and record.field("file") is not None else 400)
    lines = [json.dumps({"path": path, "url": service.origin, "fields": {"key": path, "policy": "x"}}) for path in site.files]
    (shoal.folder / "list").write_text("\n".join(lines))
    shoal.send("--recipe", "presigned", "--urls", "list", site).usage_error("--no-raw")
    shoal.send("--recipe", "presigned", "--no-raw", "--urls", "list", site).sent_all(len(site.files))


@each_service
def test_a_rate_limit_that_lasts_is_temporary(shoal, site, service):
    limited = service.contract.limited
    answer = Answer(status=limited.status, headers={"Retry-After": "3600"}, body=limited.body)
    service.default = lambda record: answer
    run = shoal.send(*arguments(service, site), site)
    assert run.status == 75, run
    assert run.end["failed"] == run.end["found"] and all(event["temporary"] for event in run.files), run
    assert str(limited.status) in run.text


LIMITED = [name for name in NAMES if says(name, "refuse-over")]


@pytest.mark.parametrize("service", LIMITED, indirect=True)
def test_a_file_over_the_limit_fails_before_it_is_sent(shoal, site, service):
    big = site("big.js.map")
    site("big.js")
    os.truncate(big, service.contract.limit + 1)
    run = shoal.send(*arguments(service, site), site)
    assert run.status == 1, run
    event = run.verdicts["big.js.map"]
    assert (event["verdict"], event["attempts"], event["reason"]) == ("failed", 0, "too-large"), event
    assert run.count("sent") == len(expected(service.name, site)) - 1
    assert "big.js.map" in run.text
    dry = shoal.send("-n", *arguments(service, site), site)
    assert dry.status == 1 and "big.js.map" in dry.text, dry


@pytest.mark.parametrize("service", sorted(set(NAMES) - set(LIMITED)), indirect=True)
def test_what_the_service_finds_too_large_fails(shoal, site, service):
    status = service.contract.too_large
    service.default = lambda record: Answer(status=status, body=b"too large for this plan")
    run = shoal.send(*arguments(service, site), site)
    assert run.status == 1, run
    assert run.count("failed") == run.end["found"]
    assert all(event["attempts"] == 1 for event in run.files)
    assert str(status) in run.text


@each_service
def test_the_token_is_in_no_output(shoal, site, service, folder):
    def echo(record):
        lines = [f"{record.method} {record.target}", *(f"{name}: {value}" for name, value in record.headers)]
        return Answer(status=400, body="\n".join(lines).encode() + b"\n" + record.body)

    service.default = echo
    run = shoal.send(*arguments(service, site), "-v", site)
    dry = shoal.send(*arguments(service, site), "-n", "-v", site)
    for secret in (b"s3cr3t", b"czNjcjN0"):  # in Base64 too
        assert secret not in run.everything, run
        assert secret not in dry.everything, dry


@each_service
def test_the_token_is_not_in_the_process_list(shoal, site, service):
    running = shoal.start(*arguments(service, site), site)
    service.wait_requests(1)
    with open(f"/proc/{running.pid}/cmdline", "rb") as file:
        line = file.read()
    running.finish()
    assert b"s3cr3t" not in line


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"presigned"}))
def test_a_dry_run_needs_no_secrets(shoal, site, name):
    given = ["endpoint=https://service.example.com", *GIVEN[name]]
    run = shoal.send("-n", "--recipe", name, *(word for value in given for word in ("-s", value)), site)
    assert run.status == 0, run
    assert len(run.of_kind("plan")) == len(expected(name, site))


# --- shoal recipes


def recipes(shoal, *words):
    run = shoal("recipes", *words)
    assert run.status == 0, run
    assert not run.err, run
    return run.out.decode()


@pytest.mark.commands
def test_the_list_has_every_recipe_with_its_title(shoal):
    lines = recipes(shoal).splitlines()
    assert [line.split()[0] for line in lines[: len(EVERYTHING)]] == EVERYTHING
    for name, listed in zip(EVERYTHING, json.loads(recipes(shoal, "--json")), strict=True):
        assert listed["name"] == name and listed["title"] in recipes(shoal)


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_json_says_what_the_file_says(shoal, name):
    source = yaml.load((RECIPES / f"{name}.yaml").read_text(), yaml.BaseLoader)
    assert recipes(shoal, name, "--yaml") == (RECIPES / f"{name}.yaml").read_text()
    recipe = json.loads(recipes(shoal, "--json", name))
    assert set(recipe) == {"name", "title", "see", "notes", "variables", "options"}
    assert (recipe["title"], recipe["see"]) == (source["title"], source["see"])
    assert recipe["notes"] == source.get("notes", [])
    assert list(recipe["variables"]) == list(source.get("variables", {}))
    for variable, facts in recipe["variables"].items():
        written = source["variables"][variable]
        assert set(facts) == {"help", "required", "secret", "default", "values"}
        assert facts["help"] == written["help"] and facts["default"] == written.get("default")
        assert facts["secret"] == (written.get("secret") == "yes")
        assert facts["required"] == ("default" not in written and "optional" not in written)
    assert list(recipe["options"]) == list(source["options"])


@pytest.mark.commands
@pytest.mark.parametrize("name", EVERYTHING)
def test_the_text_has_what_a_user_needs(shoal, name):
    text = recipes(shoal, name)
    recipe = json.loads(recipes(shoal, name, "--json"))
    unwrapped = " ".join(text.split())
    assert recipe["title"] in text and recipe["see"] in text
    for note in recipe["notes"]:
        assert " ".join(note.split()) in unwrapped
    for variable, facts in recipe["variables"].items():
        assert f"  {variable} " in text and " ".join(facts["help"].split()) in unwrapped


@pytest.mark.parametrize("name", NAMES)
def test_the_example_runs(shoal, name):
    (shoal.folder / "dist").mkdir()
    for file in ("a.js", "a.js.map"):
        (shoal.folder / "dist" / file).write_text("{}")
    (shoal.folder / "urls.jsonl").write_text("a.js\thttps://example.com/a\na.js.map\thttps://example.com/b\n")
    example = recipes(shoal, name).splitlines()[-1]
    words = shlex.split(example)
    assert words[:2] == ["shoal", "send"]
    run = shoal.send("-n", *words[2:])
    assert run.status == 0 and run.of_kind("plan"), run


def schema():
    return json.loads((RECIPES / "recipe.schema.json").read_text())


def test_every_recipe_matches_the_schema():
    jsonschema.Draft202012Validator.check_schema(schema())
    check = jsonschema.Draft202012Validator(schema())
    for path in sorted(RECIPES.glob("*.yaml")):
        for load in (yaml.BaseLoader, yaml.SafeLoader):
            check.validate(yaml.load(path.read_text(), load))
    for wrong in ({}, {"options": {"json": "x"}}, {"options": {"retires": "1"}}, {"options": {"raw": "maybe"}}):
        assert not check.is_valid(wrong), wrong


def test_the_schema_has_the_options_of_the_program(shoal):
    text = " ".join(shoal("send", "--help", "all").out.decode().split())
    listed = schema()["properties"]["options"]["properties"]
    for name, option in listed.items():
        assert f"--{name}" in text, name
        assert option["description"] in text, name


def test_shared_names_mean_the_same_in_every_recipe(shoal):
    for recipe in json.loads(recipes(shoal, "--json")):
        variables = recipe["variables"]
        if recipe["name"] == "presigned":
            continue
        assert "endpoint" in variables, recipe["name"]
        assert not variables["endpoint"]["secret"]
        if "token" in variables:
            assert variables["token"]["secret"] and variables["token"]["default"].startswith("env:")
    assert "rate" not in json.loads(recipes(shoal, "raygun-symbols", "--json"))["options"]


def test_a_recipe_of_the_user_is_listed_and_shown(shoal):
    folder = shoal.folder / ".config/shoal/recipes"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text('title: "My \x07service"\noptions: {url: "http://127.0.0.1:9/"}\n'.replace("\x07", ""))
    (folder / "broken.yaml").write_text("options: [\n")
    (folder / "raygun.yaml").write_text("options: {}\n")
    run = shoal("recipes")
    assert run.status == 0 and "broken.yaml:" in run.text, run
    lines = [line.split()[0] for line in run.out.decode().splitlines() if line]
    assert lines.count("raygun-symbols") == 1 and "mine" in lines
    assert "mine - My service" in shoal("recipes", "mine").out.decode()
    (shoal.folder / "here.yaml").write_text("variables: {a: {}}\noptions: {url: 'http://127.0.0.1:9/{a}'}\n")
    text = shoal("recipes", "./here.yaml").out.decode()
    assert "shoal send --recipe ./here.yaml -s a=A dist/" in text


@pytest.mark.commands
@pytest.mark.parametrize(
    "words, text",
    [
        (("nothing",), "unknown recipe 'nothing'"),
        (("raygun-symbol",), "raygun-symbols"),
        (("a", "b"), "one NAME"),
        (("--yaml",), "NAME"),
        (("raygun-symbols", "--yaml", "--json"), "exclude each other"),
        (("--jsn",), "--json"),
        (("./nothing.yaml",), "./nothing.yaml"),
    ],
)
def test_wrong_usage_is_said(shoal, words, text):
    run = shoal("recipes", *words)
    assert run.status == 2 and not run.out and text in run.text, run


def test_the_help_is_printed(shoal):
    assert "shoal recipes raygun-symbols" in recipes(shoal, "--help")
    assert "shoal recipes" in shoal("--help").out.decode()


# --- real servers


@pytest.mark.skipif("webdav" not in EVERYTHING, reason="there is no recipe webdav")
def test_nginx_takes_the_site_by_webdav(shoal, site, folder):
    with Nginx(folder / "nginx") as server:
        given = ("-s", f"endpoint={server.origin}/", "-s", "user=me", "-s", "token=any")
        shoal.send("--recipe", "webdav", *given, site).sent_all(len(site.files))
        for path, content in site.files.items():
            assert (server.root / path).read_bytes() == content
        again = shoal.send("--recipe", "webdav", *given, site).sent_all(len(site.files))
        assert {event["status"] for event in again.files} == {204}
