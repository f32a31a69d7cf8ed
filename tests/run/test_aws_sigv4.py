"""--aws-sigv4, verified by botocore."""

import pytest

from servers.ledger import Answer
from servers.raw import RawServer
from servers.s3 import S3

PROVIDER = ("--aws-sigv4", "aws:amz:eu-west-1:s3")
SECRET = "wJalr/XUtn+FEMI"
KEYS = {"AKID": SECRET}
ENV = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": SECRET}


def test_files_are_signed_with_their_content(shoal, tree):
    names = ["a.js", "sub/b c.txt", "ü/%41~(x)[y]'!*@:,;+$&=?#.txt", "empty"]
    for name in names:
        tree(name, b"" if name == "empty" else name.encode())
    tree("large", b"x" * 3_000_000)
    with S3(KEYS) as s3:
        run = shoal.send(*PROVIDER, "-T", tree, s3.url, env=ENV).sent_all(5)
        assert sorted(s3.stored.values()) == sorted(tree.files.values())
        assert set(s3.scopes) == {("eu-west-1", "s3")}
        assert all("Authorization" in head and "x-amz-content-sha256" in head for _, head in s3.heads)
    assert SECRET.encode() not in run.everything


def test_characters_of_the_url_itself_are_made_uniform(shoal, tree):
    tree("a")
    with S3(KEYS) as s3:
        url = s3.url + "x$y@(z)/{path}?x-id=Put%20Object&b=1&a=%7e&flag"
        shoal.send(*PROVIDER, "-T", tree, url, env=ENV).sent_all(1)
        assert list(s3.stored) == ["/bucket/x%24y%40%28z%29/a?x-id=Put%20Object&b=1&a=~&flag"]


def test_other_services_and_other_headers(shoal, tree):
    tree("a b")
    headers = ("-H", "Content-Type: text/plain", "-H", "X-Amz-Meta-Path:  {path}   x ", "-H", "X-Amz-Empty;", "-H", "Other: x")
    with S3(KEYS) as s3:
        shoal.send("--aws-sigv4", "aws:amz:r1:execute-api", "-T", *headers, tree, s3.url, env=ENV).sent_all(1)
        assert s3.scopes == [("r1", "execute-api")]


def test_a_session_token_is_sent_and_signed(shoal, tree):
    tree("a")
    env = {**ENV, "AWS_SESSION_TOKEN": "tok+en/=="}
    with S3({"AKID": (SECRET, "tok+en/==")}) as s3:
        run = shoal.send(*PROVIDER, "-T", tree, s3.url, env=env).sent_all(1)
    assert b"tok+en/==" not in run.everything


def test_user_goes_before_the_environment_and_is_not_sent(shoal, tree):
    tree("a")
    user = ("-s", "s=env:OTHER", "-u", "ME:{s}")
    with S3({"ME": "other"}) as s3:
        shoal.send(*PROVIDER, *user, "-T", tree, s3.url, env={**ENV, "OTHER": "other"}).sent_all(1)
        assert s3.heads[0][1]["Authorization"].startswith("AWS4-HMAC-SHA256")


def test_a_session_token_belongs_to_its_key(shoal, tree):
    tree("a")
    env = {**ENV, "AWS_SESSION_TOKEN": "session"}
    with S3({"AKID": (SECRET, "session"), "ME": ("other", None)}) as s3:
        for user in (f"AKID:{SECRET}", "ME:other"):
            shoal.send(*PROVIDER, "-u", user, "-T", tree, s3.url, env=env).sent_all(1)


def test_the_provider_takes_keys(shoal, tree):
    tree("a")
    with S3(KEYS) as s3:
        keys = ("--aws-sigv4", "aws:amz:{region}:{service}", "-s", "region=eu-west-1", "-s", "service=env:SERVICE")
        shoal.send(*keys, "-T", tree, s3.url, env={**ENV, "SERVICE": "s3"}).sent_all(1)
        assert s3.scopes == [("eu-west-1", "s3")]
    shoal.send("--aws-sigv4", "aws:amz:{name}:s3", "-T", tree, s3.url, env=ENV).usage_error("--aws-sigv4", "no field of one")
    shoal.send("--aws-sigv4", "aws:amz:{nope}:s3", "-T", tree, s3.url, env=ENV).usage_error("--aws-sigv4", "unknown field")


def test_forms_are_signed(shoal, tree):
    tree("a", b"x" * 100_000)
    with S3(KEYS) as s3:
        shoal.send(*PROVIDER, "-F", "f=@{file}", tree, s3.url, env=ENV).sent_all(1)
        tree("a", b"x" * 3_000_000)
        run = shoal.send(*PROVIDER, "-F", "f=@{file}", tree, s3.url, env=ENV)
    assert run.verdicts["a"]["verdict"] == "failed" and "use -T" in run.verdicts["a"]["error"]


def change_path(handler, body):
    handler.path += "x"
    return body


def change_body(_handler, body):
    return body + b"x"


def change_header(handler, body):
    handler.headers.replace_header("x-amz-meta-m", "other")
    return body


def change_query(handler, body):
    handler.path += "?versionId=1"
    return body


@pytest.mark.parametrize("tamper, code", [
    (change_path, "SignatureDoesNotMatch"), (change_query, "SignatureDoesNotMatch"),
    (change_header, "SignatureDoesNotMatch"), (change_body, "XAmzContentSHA256Mismatch"),
])  # fmt: skip
def test_what_was_changed_on_the_way_is_refused(shoal, tree, tamper, code):
    tree("a")
    with S3(KEYS, tamper) as s3:
        run = shoal.send(*PROVIDER, "-T", "-H", "x-amz-meta-m: v", tree, s3.url, env=ENV)
    assert run.verdicts["a"]["verdict"] == "failed" and code in run.verdicts["a"]["error"], run


@pytest.mark.parametrize("env, code", [
    ({**ENV, "AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch"),
    ({**ENV, "AWS_ACCESS_KEY_ID": "other"}, "InvalidAccessKeyId"),
    ({**ENV, "AWS_SESSION_TOKEN": "old"}, "InvalidToken"),
])  # fmt: skip
def test_wrong_credentials_are_refused(shoal, tree, env, code):
    tree("a")
    with S3(KEYS) as s3:
        run = shoal.send(*PROVIDER, "-T", tree, s3.url, env=env)
    assert run.verdicts["a"]["verdict"] == "failed" and code in run.verdicts["a"]["error"], run


def test_an_unsigned_payload_goes_over_tls_only(shoal, tree, certificates):
    tree("a")
    unsigned = (*PROVIDER, "-T", "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD")
    shoal.send(*unsigned, tree, "http://127.0.0.1:9/b/", env=ENV).usage_error("https:// only")
    with RawServer(lambda c: (c.read_request(), c.answer(), c.wait_closed()),
                   wrap=lambda sock: certificates.context().wrap_socket(sock, server_side=True)) as server:  # fmt: skip
        shoal.send(*unsigned, "--insecure", tree, server.origin + "/b/", env=ENV).sent_all(1)
        head = server.requests[0][0].decode().lower()
    assert head.count("x-amz-content-sha256: unsigned-payload") == 1 and "signature=" in head


def test_each_attempt_is_signed_anew(shoal, tree, ledger):
    tree("a")
    ledger.script("/a", Answer(503), Answer(200))
    shoal.send(*PROVIDER, "-T", tree, ledger.origin + "/", env=ENV).sent_all(1)
    for record in ledger.of("/a"):
        assert len(record.header("Authorization")) == 1 and len(record.header("x-amz-date")) == 1


@pytest.mark.parametrize("arguments, env, words", [
    (PROVIDER, {"AWS_ACCESS_KEY_ID": "A"}, ["AWS_SECRET_ACCESS_KEY"]),
    (PROVIDER, {**ENV, "AWS_ACCESS_KEY_ID": ""}, ["AWS_ACCESS_KEY_ID"]),
    (("--aws-sigv4", "aws:"), ENV, ["--aws-sigv4", "PROVIDER"]),
    (("--aws-sigv4", "aws:amz"), ENV, ["--aws-sigv4", "127.0.0.1", "aws:amz:us-east-1:s3"]),
    ((*PROVIDER, "--url", "https://b.s3.us-east-1.amazonaws.com/"), ENV, ["eu-west-1", "s3.us-east-1.amazonaws.com"]),
    ((*PROVIDER, "-H", "Authorization: x"), ENV, ["--aws-sigv4", "Authorization"]),
])  # fmt: skip
def test_wrong_usage(shoal, tree, arguments, env, words):
    tree("a")
    url = () if "--url" in arguments else ("http://127.0.0.1:9/b/",)
    shoal.send(*arguments, "-T", tree, *url, env=env).usage_error(*words)


def test_a_dry_run_needs_no_credentials(shoal, tree):
    tree("a")
    run = shoal.send(*PROVIDER, "-n", "-T", tree, "http://127.0.0.1:9/b/")
    assert run.status == 0 and run.of_kind("plan")
