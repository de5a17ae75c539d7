"""The proxies of deploy/ in front of a real server: what clients see through them."""

from __future__ import annotations

import http.client
import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.api.caller import basic
from tests.cli.test_commands import STATEMENT
from tests.support.postgres import free_port
from tests.support.processes import wait_until
from tests.support.served import served
from tests.system.deploy.conftest import DEPLOY

PERSON = "account|https://hr.centre.example//staff|0597"
PUBLIC = "https://lrs.example.org/lrs"


@dataclass(frozen=True)
class Proxy:
    """A proxy in front of a store, and the login of a key that may do everything."""

    name: str
    port: int
    login: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
        """Status, headers and JSON of an answer; an iterable is sent in chunks."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=_any())
        try:
            fields = {"X-Experience-API-Version": "2.0.0", "Authorization": self.login, **headers}
            fields = {name: value for name, value in fields.items() if value}
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, answer.headers, _json(text)
        finally:
            connection.close()


def _any() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.decode()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lrs.example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("lrs.example.org")]), False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def _replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def _nginx(folder: Path, store: int, port: int) -> list[str]:
    """The command for nginx with deploy/nginx.conf, but for ports and files."""
    certificate, key = _certificate(folder)
    site = _replaced(
        (DEPLOY / "nginx.conf").read_text(),
        ("127.0.0.1:8080;", f"127.0.0.1:{store};"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("/etc/ssl/certs/lrs.example.org.pem", str(certificate)),
        ("/etc/ssl/private/lrs.example.org.key", str(key)),
    )
    (folder / "site.conf").write_text(site)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary} include {folder}/site.conf; }}\n"
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def _caddy(folder: Path, store: int, port: int) -> list[str]:
    """The command for Caddy with deploy/Caddyfile, but for ports and its certificate."""
    certificate, key = _certificate(folder)
    site = _replaced(
        (DEPLOY / "Caddyfile").read_text(),
        ("{\n\tservers {", "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers {"),
        ("lrs.example.org {", f"https://127.0.0.1:{port} {{\n\ttls {certificate} {key}"),
        ("reverse_proxy 127.0.0.1:8080", f"reverse_proxy 127.0.0.1:{store}"),
    )
    (folder / "Caddyfile").write_text(site)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


COMMANDS = {"nginx": _nginx, "caddy": _caddy}


@pytest.fixture(scope="module", params=COMMANDS)
def proxy(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    with served(tmp_path_factory.mktemp("served"), public_url=PUBLIC) as store:
        port = free_port()
        command = COMMANDS[request.param](folder, store.port, port)
        with (folder / "log").open("wb") as log:
            home = {"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/bin:/usr/local/bin"}
            process = subprocess.Popen(command, stdout=log, stderr=log, env=home)
        try:
            made = Proxy(request.param, port, basic(*store.key("all")))
            wait_until(lambda: _answers(made), 60)
            yield made
        finally:
            process.terminate()
            process.wait(20)


def _answers(proxy: Proxy) -> bool:
    try:
        return proxy.ask("GET", "/lrs/health")[0] == 200
    except OSError:
        return False


def _statement() -> dict[str, Any]:
    account = {"homePage": "https://hr.centre.example//staff", "name": "0597"}
    return {**STATEMENT, "id": str(uuid4()), "actor": {"account": account}}


JSON = {"Content-Type": "application/json"}


def test_a_statement_goes_in_and_the_next_page_leads_through_the_proxy(proxy: Proxy) -> None:
    """Links begin with the public path."""
    statements = [_statement(), _statement()]
    status, headers, ids = proxy.ask("POST", "/lrs/xapi/statements", json.dumps(statements), **JSON)
    assert (status, ids) == (200, [s["id"] for s in statements])
    assert len(headers["X-Request-ID"]) >= 32  # the proxy's own
    _, _, page = proxy.ask("GET", "/lrs/xapi/statements?limit=1")
    assert page["more"].startswith("/lrs/xapi/statements")
    assert proxy.ask("GET", page["more"])[0] == 200


def test_a_body_without_a_length_goes_through(proxy: Proxy) -> None:
    """In chunks, as clients stream what they make."""
    text = json.dumps(_statement()).encode()
    parts = (text[at : at + 20] for at in range(0, len(text), 20))
    assert proxy.ask("POST", "/lrs/xapi/statements", parts, **JSON)[0] == 200


def test_a_persons_key_with_slashes_arrives_as_it_was_sent(proxy: Proxy) -> None:
    """A proxy that decodes and joins them would ask for somebody else."""
    proxy.ask("POST", "/lrs/xapi/statements", json.dumps(_statement()), **JSON)
    path = f"/lrs/api/v1/transcripts/{quote(PERSON, safe='')}"
    status, _, body = proxy.ask("GET", path)
    assert status == 200
    assert body["trainee"]["key"] == PERSON


def test_a_header_with_underscores_is_left_out(proxy: Proxy) -> None:
    """It is another than the one with hyphens, whose place the server would give it."""
    look_alike = {"X_Experience_API_Version": "1.0.3"}
    _, headers, _ = proxy.ask("GET", "/lrs/xapi/about", **look_alike)
    assert headers["X-Experience-API-Version"] == "2.0.0"


def test_figures_need_a_key_behind_a_proxy(proxy: Proxy) -> None:
    """Every client comes from this machine there."""
    assert proxy.ask("GET", "/lrs/metrics", Authorization="")[0] == 401
    status, _, body = proxy.ask("GET", "/lrs/metrics")
    assert status == 200
    assert "zachetka_processes 1" in body


def test_a_body_over_the_limit_is_refused_before_it_is_sent(proxy: Proxy) -> None:
    """413 from Content-Length alone. Caddy counts what comes instead."""
    if proxy.name != "nginx":
        pytest.skip("Caddy does not look at Content-Length")
    connection = http.client.HTTPSConnection("127.0.0.1", proxy.port, timeout=60, context=_any())
    connection.putrequest("POST", "/lrs/xapi/statements")
    for name, value in {**JSON, "Authorization": proxy.login}.items():
        connection.putheader(name, value)
    connection.putheader("X-Experience-API-Version", "2.0.0")
    connection.putheader("Content-Length", "200000000")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
