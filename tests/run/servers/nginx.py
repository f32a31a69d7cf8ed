"""nginx on loopback: accepts files by PUT (dav_methods), over TLS if it has a certificate."""

import pathlib
import socket
import subprocess

from harness import HANG

from .raw import unused_port, wait_until

CONFIG = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_max_body_size 0;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 100000;
    server {{
        listen 127.0.0.1:{port} {ssl};
        {certificate}
        root {folder}/root;
        location / {{
            dav_methods PUT;
            create_full_put_path on;
        }}
    }}
}}
"""


class Nginx:
    """with Nginx(folder, certificate, key) as server: ... server.origin, server.root."""

    def __init__(self, folder, certificate=None, key=None):
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "root"
        self.root.mkdir(parents=True)
        self.port = unused_port()
        self.origin = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        tls = f"ssl_certificate {certificate}; ssl_certificate_key {key};" if certificate else ""
        self.config = self.folder / "nginx.conf"
        self.config.write_text(
            CONFIG.format(
                folder=self.folder, port=self.port, ssl="ssl" if tls else "", certificate=tls
            )
        )
        self.process = None

    def __enter__(self):
        log = self.folder / "error.log"
        command = ["nginx", "-p", str(self.folder), "-e", str(log), "-c", str(self.config)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        wait_until(self._answers)
        return self

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "error.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(HANG)
