"""Certificates for the tests, made by the openssl command: a CA, valid and invalid ones."""

import functools
import pathlib
import ssl
import subprocess
import warnings

SPAN = {
    "good": ("20200101000000Z", "20490101000000Z"),
    "expired": ("20200101000000Z", "20200201000000Z"),
    "future": ("20480101000000Z", "20490101000000Z"),
}

CA_CONFIG = """
[ca]
default_ca = made
[made]
new_certs_dir = {folder}
database = {folder}/index.txt
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = copy
x509_extensions = leaf
[anything]
commonName = supplied
[leaf]
basicConstraints = critical,CA:false
"""


class Certificates:
    """Made once per test session: certificates.ca, certificates.server("expired")."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.ca, self.ca_key = self._authority("ca", "Test CA")
        self.other_ca, _ = self._authority("other", "Other CA")
        (self.folder / "index.txt").touch()
        (self.folder / "ca.cnf").write_text(CA_CONFIG.format(folder=self.folder))

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def _authority(self, name, common_name):
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", certificate, "-days", "3650", "-subj", f"/CN={common_name}",
            "-addext", "basicConstraints=critical,CA:true",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        )  # fmt: skip
        return certificate, key

    @functools.lru_cache(maxsize=None)
    def make(self, name, names="DNS:localhost,IP:127.0.0.1,IP:::1", span="good", ca="ca"):
        """Makes a certificate signed by `ca`; returns the paths of (certificate, key)."""
        request = self.folder / f"{name}.csr"
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        self._openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", request, "-subj", f"/CN={name}",
            "-addext", f"subjectAltName={names}",
        )  # fmt: skip
        since, until = SPAN[span]
        self._openssl(
            "ca", "-batch", "-notext", "-config", self.folder / "ca.cnf",
            "-cert", self.folder / f"{ca}.pem", "-keyfile", self.folder / f"{ca}.key",
            "-in", request, "-out", certificate, "-startdate", since, "-enddate", until,
        )  # fmt: skip
        return certificate, key

    @functools.lru_cache(maxsize=None)
    def self_signed(self):
        certificate, key = self.folder / "self.pem", self.folder / "self.key"
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", certificate, "-days", "3650", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        )  # fmt: skip
        return certificate, key

    def server(self, kind="good"):
        """(certificate, key) of a server: good, expired, future, wrong-host, self-signed, unknown-ca."""
        if kind == "self-signed":
            return self.self_signed()
        if kind == "wrong-host":
            return self.make("wrong", names="DNS:elsewhere.example")
        if kind == "unknown-ca":
            return self.make("stranger", ca="other")
        return self.make(f"server-{kind}", span=kind)

    def context(self, kind="good", client_ca=None):
        """A server's SSLContext."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*map(str, self.server(kind)))
        if client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(str(client_ca))
        return context

    def old_context(self):
        """A server that speaks TLS 1.1 at most."""
        context = self.context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.1 is deprecated on purpose here
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context
