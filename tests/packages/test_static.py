"""The program that `make static` builds, with an empty folder as its root directory."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(CHECKOUT / "tests" / "run"))

from harness import HANG  # noqa: E402
from servers.certificates import Certificates  # noqa: E402
from servers.ledger import Ledger  # noqa: E402

FORM = ("-F", "path={path}", "-F", "file=@{file}")
FILES = {f"f{number}": b"%d\n" % number for number in range(200)}
PLACES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


class Container:
    """A root directory that has the program, files to send, and nothing else."""

    def __init__(self, root):
        self.root = root
        shutil.copy(CHECKOUT / "build-static" / "shoal", root / "shoal")
        (root / "sent").mkdir()
        for name, content in FILES.items():
            (root / "sent" / name).write_bytes(content)

    def add(self, path, source):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
        return target

    def run(self, *arguments, **environment):
        unprivileged = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
        return subprocess.run(
            [*unprivileged, "/usr/sbin/chroot", str(self.root), "/shoal", *map(str, arguments)],
            env=environment, capture_output=True, text=True, timeout=HANG,
        )  # fmt: skip


@pytest.fixture
def container(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    return Container(root)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("made") / "certificates")


@pytest.fixture
def tls(certificates):
    with Ledger(ssl_context=certificates.context()) as server:
        yield server


def sent(server):
    return {record.field("path").decode(): record.field("file") for record in server.records}


def test_it_sends_over_plain_http(container):
    with Ledger() as server:
        done = container.run("send", *FORM, "sent", server.url)
        assert done.returncode == 0, done.stderr
        assert sent(server) == FILES


def test_it_looks_up_names(container):
    (container.root / "etc").mkdir()
    (container.root / "etc" / "hosts").write_text("127.0.0.1 here.test\n")
    (container.root / "etc" / "nsswitch.conf").write_text("hosts: mymachines resolve [!UNAVAIL=return] files\n")
    with Ledger() as server:
        done = container.run("send", *FORM, "sent", server.url.replace("127.0.0.1", "here.test"))
        assert done.returncode == 0, done.stderr
        assert sent(server) == FILES


@pytest.mark.parametrize("place", PLACES)
def test_it_finds_certificates_in_the_usual_places(container, tls, certificates, place):
    container.add(place, certificates.ca)
    done = container.run("send", *FORM, "sent", tls.url)
    assert done.returncode == 0, done.stderr
    assert sent(tls) == FILES


def test_it_finds_certificates_in_a_folder(container, tls, certificates):
    target = container.add("/etc/ssl/certs/ca.pem", certificates.ca)
    subprocess.run(["openssl", "rehash", str(target.parent)], check=True)
    assert container.run("send", *FORM, "sent", tls.url).returncode == 0
    assert sent(tls) == FILES


def test_the_environment_names_certificates(container, tls, certificates):
    container.add("/mine/ca.pem", certificates.ca)
    assert container.run("send", *FORM, "sent", tls.url, SSL_CERT_FILE="/mine/ca.pem").returncode == 0
    assert sent(tls) == FILES
    subprocess.run(["openssl", "rehash", str(container.root / "mine")], check=True)
    assert container.run("send", *FORM, "sent", tls.url, SSL_CERT_DIR="/mine").returncode == 0


def test_without_certificates_it_says_where_it_looked(container, tls):
    done = container.run("send", *FORM, "sent", tls.url)
    assert done.returncode == 2 and not tls.records
    for words in (*PLACES, "/etc/ssl/certs/", "--cacert", "SSL_CERT_FILE"):
        assert words in done.stderr
    assert container.run("send", "--insecure", *FORM, "sent", tls.url).returncode == 0


def test_certificates_of_others_do_not_do(container, tls, certificates):
    container.add(PLACES[0], certificates.other_ca)
    done = container.run("send", *FORM, "sent", tls.url)
    assert done.returncode == 1 and not tls.records


def test_it_keeps_a_journal_and_has_its_recipes(container):
    with Ledger() as server:
        for _ in range(2):
            done = container.run("send", "--journal", "/journal", *FORM, "sent", server.url)
            assert done.returncode == 0, done.stderr
        assert len(server.records) == len(FILES)
    assert "gitlab-generic" in container.run("recipes").stdout


def test_it_says_that_it_has_no_receiver(container):
    done = container.run("serve")
    assert done.returncode == 2 and "not in this build" in done.stderr
    assert "serve" not in container.run("--help").stdout
