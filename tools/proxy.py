"""nginx in front of dashboards, with the files of deploy/: only places are changed in them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tools.dashboard import ROOT, free_port

DEPLOY = ROOT / "deploy"
START_WITHIN = 20.0
"""Seconds that nginx may take to listen."""

AROUND = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    log_format replica "$upstream_addr $request_uri";
    access_log {folder}/access.log replica;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/geobrief.conf;
}}
"""
"""What a system has around a file of conf.d."""


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs: its addresses without a slash at the end, and its folder."""

    address: str
    plain: str
    folder: Path

    def replicas(self, path: str) -> list[str]:
        """Return which replica answered each request for `path`, in order."""
        rows = (self.folder / "access.log").read_text().splitlines()
        return [row.split(" ")[0] for row in rows if row.split(" ")[1] == path]


def nginx() -> str:
    """Return the program that NGINX names, else the system's.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = os.environ.get("NGINX") or shutil.which("nginx", path=places)
    if not found:
        raise FileNotFoundError("no nginx found: sh tools/program.sh nginx")
    return found


@contextmanager
def proxied(folder: Path, replicas: Sequence[str], sign_in: str = "") -> Iterator[Proxy]:
    """Run nginx before two replicas; with `sign_in`, the address of what knows who is signed in."""
    secure, plain = free_port(), free_port()
    _certificate(folder)
    names = [address.partition("://")[2].replace("localhost", "127.0.0.1") for address in replicas]
    changes = {
        "127.0.0.1:8501": names[0],
        "127.0.0.1:8502": names[1],
        "listen 443 ": f"listen 127.0.0.1:{secure} ",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "/etc/ssl/geobrief/": f"{folder}/",
        "/etc/nginx/geobrief/": f"{folder}/",
    }
    _copy("nginx.conf", folder / "geobrief.conf", changes)
    if sign_in:
        _copy("sign-in.conf", folder / "sign-in.conf", {"http://127.0.0.1:4180": sign_in})
    main = folder / "main.conf"
    main.write_text(AROUND.format(folder=folder))
    process = subprocess.Popen([nginx(), "-p", str(folder), "-c", str(main), "-e", "error.log"])
    try:
        _wait(secure, process, folder)
        yield Proxy(f"https://localhost:{secure}", f"http://localhost:{plain}", folder)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _copy(name: str, target: Path, changes: dict[str, str]) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"deploy/{name} has no {old!r}: tools/proxy.py puts it elsewhere")
        text = text.replace(old, new)
    target.write_text(text)


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + START_WITHIN
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nginx did not start:\n{(folder / 'error.log').read_text()}")


def _certificate(folder: Path) -> None:
    """Write a certificate of localhost that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
