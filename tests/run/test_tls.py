"""Certificates, protocol versions, client certificates."""

import contextlib
import os
import re
import socket
import ssl
import subprocess

import pytest

from servers.ledger import Ledger
from servers.raw import RawServer

FORM = ("-F", "path={path}", "-F", "file=@{file}")
SHORT = ("--connect-timeout", "3", "--retries", "0", "--give-up-after", "3")

# kind of server -> words of the message
BAD = {
    "expired": r"expired",
    "future": r"not yet valid",
    "wrong-host": r"(?i)(another|other|wrong|not for|does not match|no match).*host|localhost",
    "self-signed": r"(?i)self[- ]signed",
    "unknown-ca": r"(?i)(unknown|issuer|not known|authority)",
}


def local(ledger):
    """The server's URL by the name in its certificate."""
    return ledger.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def tls(certificates):
    with Ledger(ssl_context=certificates.context()) as server:
        yield server


def test_a_good_certificate_of_a_ca_that_is_given(shoal, tree, tls, certificates):
    tree.many(30)
    shoal.send("--cacert", certificates.ca, "-j", "4", *FORM, tree, local(tls)).sent_all(30)
    assert len(tls.connections) <= 4
    shoal.send("--cacert", certificates.ca, *FORM, tree, tls.url).sent_all(30)


def test_a_large_file_over_tls(shoal, tree, tls, certificates):
    content = bytes(range(256)) * 30_000
    tree("a", content)
    shoal.send("--cacert", certificates.ca, *FORM, tree, local(tls)).sent_all(1)
    assert tls.records[0].field("file") == content


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_certificate_is_refused_with_its_own_message(shoal, tree, certificates, kind):
    tree.many(3)
    with Ledger(ssl_context=certificates.context(kind)) as server:
        run = shoal.send("--cacert", certificates.ca, "--retries", "5", *FORM, tree, local(server))
        assert not server.records, "nothing is sent to a server that is not the one it says"
    assert run.status == 1 and run.end["failed"] == 3
    tried = [event for event in run.files if event["attempts"]]
    assert tried
    for event in tried:
        assert event["temporary"] is False and event["attempts"] == 1, "final at once"
        assert event["status"] is None
        assert re.search(BAD[kind], event["error"]), event["error"]
        assert "certificate" in event["error"].lower()


def test_the_messages_differ(shoal, tree, certificates):
    tree("a")
    messages = {}
    for kind in BAD:
        with Ledger(ssl_context=certificates.context(kind)) as server:
            run = shoal.send(*SHORT, "--cacert", certificates.ca, *FORM, tree, local(server))
            (event,) = run.files
            messages[kind] = re.sub(r"\d+", "N", event["error"])
    assert len(set(messages.values())) == len(BAD), messages


def test_a_server_that_speaks_only_tls_1_1_is_refused(shoal, tree, certificates):
    tree("a")
    with Ledger(ssl_context=certificates.old_context()) as server:
        run = shoal.send(*SHORT, "--cacert", certificates.ca, *FORM, tree, local(server))
        assert not server.records
    assert run.paths("failed") == {b"a"}
    assert re.search(r"(?i)tls|protocol", run.files[0]["error"])


def test_without_its_ca_a_certificate_is_unknown(shoal, tree, tls):
    tree("a")
    run = shoal.send(*SHORT, *FORM, tree, local(tls))
    assert run.status == 1 and not tls.records


def test_ssl_cert_file_is_honoured(shoal, tree, tls, certificates):
    tree("a")
    env = {"SSL_CERT_FILE": str(certificates.ca)}
    shoal.send(*FORM, tree, local(tls), env=env).sent_all(1)


def test_cacert_goes_before_ssl_cert_file(shoal, tree, tls, certificates):
    tree("a")
    env = {"SSL_CERT_FILE": str(certificates.ca)}
    run = shoal.send(*SHORT, "--cacert", certificates.other_ca, *FORM, tree, local(tls), env=env)
    assert run.status == 1 and not tls.records


@pytest.mark.parametrize("kind", ["self-signed", "expired", "wrong-host"])
def test_insecure_takes_any_certificate(shoal, tree, certificates, kind):
    tree("a")
    with Ledger(ssl_context=certificates.context(kind)) as server:
        shoal.send("--insecure", *FORM, tree, local(server)).sent_all(1)


def test_a_client_certificate_is_shown(shoal, tree, certificates):
    tree.many(5)
    certificate, key = certificates.make("client", names="email:me@example.com")
    context = certificates.context(client_ca=certificates.ca)
    with Ledger(ssl_context=context) as server:
        shoal.send(
            "--cacert", certificates.ca, "--cert", certificate, "--key", key, *FORM, tree,
            local(server),
        ).sent_all(5)  # fmt: skip


def test_a_certificate_and_its_key_in_one_file(shoal, tree, certificates, folder):
    tree("a")
    certificate, key = certificates.make("client", names="email:me@example.com")
    both = folder / "both.pem"
    both.write_text(certificate.read_text() + key.read_text())
    with Ledger(ssl_context=certificates.context(client_ca=certificates.ca)) as server:
        shoal.send("--cacert", certificates.ca, "--cert", both, *FORM, tree, local(server)).sent_all(1)


def test_without_a_client_certificate_the_server_says_no(shoal, tree, certificates):
    tree("a")
    context = certificates.context(client_ca=certificates.ca)

    def wrap(sock):
        return context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)

    def say_why(connection):
        """Waits until the client has read the alert before the connection is closed."""
        with contextlib.suppress(ssl.SSLError):
            connection.socket.do_handshake()
        with socket.socket(fileno=os.dup(connection.socket.fileno())) as plain:
            plain.shutdown(socket.SHUT_WR)
            while plain.recv(65536):
                pass

    with RawServer(say_why, wrap=wrap) as server:
        run = shoal.send(*SHORT, "--cacert", certificates.ca, *FORM, tree, local(server))
        assert run.status in (1, 75) and not server.requests
        assert re.search(r"(?i)certificate|tls|handshake", run.files[0]["error"])


@pytest.mark.parametrize("option", ["--cacert", "--cert", "--key"])
def test_a_missing_tls_file_is_an_error_at_the_start(shoal, tree, tls, certificates, option):
    tree("a")
    given = {"--cacert": certificates.ca, "--cert": certificates.ca, "--key": certificates.ca_key}
    given[option] = "/nonexistent/file.pem"
    arguments = [str(word) for pair in given.items() for word in pair]
    shoal.send(*arguments, *FORM, tree, local(tls)).usage_error(option, "/nonexistent/file.pem")


@pytest.mark.parametrize("content", ["", "this is no certificate\n"])
def test_a_ca_file_that_is_none_is_named(shoal, tree, tls, folder, content):
    tree("a")
    path = folder / "no-ca.pem"
    path.write_text(content)
    run = shoal.send(*SHORT, "--cacert", path, *FORM, tree, local(tls))
    assert run.status in (1, 2) and "no-ca.pem" in run.text
    assert not tls.records


def test_https_to_a_server_that_speaks_http(shoal, tree, ledger):
    tree("a")
    run = shoal.send(*SHORT, *FORM, tree, ledger.url.replace("http:", "https:"))
    assert run.paths("failed") == {b"a"} and not ledger.records


def test_http_to_a_server_that_speaks_https(shoal, tree, tls):
    tree("a")
    run = shoal.send(*SHORT, *FORM, tree, tls.url.replace("https:", "http:"))
    assert run.paths("failed") == {b"a"} and not tls.records


def rehash(folder, certificate):
    """A folder with the certificate under the hash of its name, as `openssl rehash` makes it."""
    command = ["openssl", "x509", "-noout", "-hash", "-in", certificate]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    folder.mkdir()
    (folder / f"{name}.0").write_bytes(certificate.read_bytes())
    return folder


@pytest.mark.parametrize("how", ["--capath", "--cacert", "SSL_CERT_DIR"])
def test_a_folder_of_authorities(shoal, tree, tls, certificates, folder, how):
    tree("a")
    good = rehash(folder / "good", certificates.ca)
    other = rehash(folder / "other", certificates.other_ca)
    for path, sent in ((good, 1), (other, 0)):
        given, env = ((), {how: str(path)}) if how.isupper() else ((how, path), {})
        run = shoal.send(*SHORT, *given, *FORM, tree, local(tls), env=env)
        assert run.count("sent") == sent, run


def test_a_folder_without_hashed_names_is_an_error(shoal, tree, tls, certificates, folder):
    tree("a")
    (folder / "plain").mkdir()
    (folder / "plain" / "ca.pem").write_bytes(certificates.ca.read_bytes())
    for option in ("--capath", "--cacert"):
        shoal.send(option, folder / "plain", tree, local(tls)).usage_error(option, "openssl rehash")
    shoal.send("--capath", folder / "none", tree, local(tls)).usage_error("--capath", "none")


def test_an_unknown_authority_is_named_with_its_cure(shoal, tree, tls):
    tree("a")
    run = shoal.send(*SHORT, *FORM, tree, local(tls))
    assert "--cacert" in run.files[0]["error"] and run.status == 1


def encrypted(certificates, folder, *form):
    _, key = certificates.make("client")
    locked = folder / "locked.key"
    command = ["openssl", *form, "-in", key, "-aes128", "-passout", "pass:open sesame", "-out", locked]
    subprocess.run(command, check=True, capture_output=True)
    return locked


@pytest.mark.parametrize("form", [("pkey",), ("ec",)])
def test_an_encrypted_key_takes_its_pass_phrase_by_reference(
    shoal, tree, certificates, folder, form
):
    tree("a")
    certificate, _ = certificates.make("client")
    key = encrypted(certificates, folder, *form)
    given = ("--cacert", certificates.ca, "--cert", certificate, "--key", key)
    with Ledger(ssl_context=certificates.context(client_ca=certificates.ca)) as server:
        run = shoal.send(*given, tree, local(server))
        run.usage_error("--key", "encrypted", "--pass")
        assert "phrase:" not in run.text, "nobody is asked"
        env = {"PHRASE": "wrong"}
        shoal.send(*given, "--pass", "env:PHRASE", tree, local(server), env=env).usage_error("--pass")
        shoal.send(*given, "--pass", "env:NONE", tree, local(server)).usage_error("NONE")
        assert not server.records
        env = {"PHRASE": "open sesame\n"}
        run = shoal.send(*given, "--pass", "env:PHRASE", *FORM, tree, local(server), env=env)
        run.sent_all(1)
        assert b"sesame" not in run.everything


def test_files_of_tls_are_checked_before_anything_is_sent(shoal, tree, tls, certificates, folder):
    tree("a")
    certificate, key = certificates.make("client")
    server_certificate, _ = certificates.server()
    (folder / "none.pem").write_text("nothing\n")
    os.mkfifo(folder / "fifo")
    for given, words in (
        (("--cacert", key), (f"--cacert '{key}' contains no certificate",)),
        (("--cert", folder / "none.pem"), ("none.pem' contains no certificate",)),
        (("--cert", certificate), ("contains no private key", "--key")),
        (("--cert", certificate, "--key", certificate), ("contains no private key",)),
        (("--cert", server_certificate, "--key", key), ("does not belong", "--cert")),
        (("--cert", certificate, "--key", folder), ("is a folder",)),
        (("--cacert", folder / "fifo"), ("is a pipe (FIFO)",)),
        (("--pass", "x"), ("--cert",)),
    ):
        shoal.send(*given, tree, local(tls)).usage_error(*words)
        shoal.send("-n", *given, tree, local(tls)).usage_error(*words)
    assert not tls.records


def test_https_to_a_port_that_speaks_http_says_so(shoal, tree, ledger):
    tree("a", "b")
    run = shoal.send(*FORM, tree, ledger.url.replace("http:", "https:"))
    assert f"127.0.0.1:{ledger.port} does not speak TLS; did you mean http://?" in run.text
    assert not any(event["temporary"] for event in run.files if event["attempts"])
