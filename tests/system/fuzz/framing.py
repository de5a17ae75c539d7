"""A request as it goes over the wire, and the ways to send what is no good HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass
class Message:
    """`proper` says that it is good HTTP and sent whole: the application must answer it, once. What
    is not proper may be answered by the web server itself, or not at all; `cut` is after how many
    bytes its client goes away. `expects` is empty where nobody can know the status.
    """

    seed: int
    kind: str
    method: bytes
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    expects: frozenset[int]
    acknowledges: str | None
    protocol: bytes = b"HTTP/1.1"
    proper: bool = True
    cut: int | None = None
    pieces: int = 1
    closing: str = "close"

    @property
    def raw(self) -> bytes:
        lines = [b"%b %b %b" % (self.method, self.target, self.protocol)]
        lines += [b"%b: %b" % header for header in self.headers]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body

    @property
    def verb(self) -> bytes:
        """The method as a server reads it, which passes over empty lines before."""
        return self.method.strip()

    @property
    def is_last(self) -> bool:
        """Whether the connection ends after it, whatever the answer."""
        return not self.proper or self.closing != "keep" or self.protocol != b"HTTP/1.1"

    @property
    def is_xapi(self) -> bool:
        """Whether its path is below /xapi for sure."""
        return self.target.startswith((b"/xapi/", b"//xapi/", b"/xAPI/"))


def _without(made: Message, name: bytes) -> None:
    made.headers = [header for header in made.headers if header[0] != name]


def _chunks(chance: Random, body: bytes) -> bytes:
    written = b""
    while body:
        size = chance.choice((1, 10, 1_000, len(body)))
        piece, body = body[:size], body[size:]
        extension = chance.choice((b"", b"", b";a=b"))
        written += b"%X%b\r\n%b\r\n" % (len(piece), extension, piece) if size > 1 or piece else b""
        if len(written) > 20_000:
            written += b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            break
    return written + b"0\r\n\r\n"


def _chunked(chance: Random, made: Message) -> None:
    """RFC 9112, 7.1: a length that nobody says beforehand."""
    _without(made, b"Content-Length")
    made.headers.append((b"Transfer-Encoding", b"chunked"))
    made.body = _chunks(chance, made.body)
    if b"form" in b"".join(value for name, value in made.headers if name == b"Content-Type"):
        made.acknowledges = None


def _broken_chunks(chance: Random, made: Message) -> None:
    _chunked(chance, made)
    at = chance.randrange(len(made.body))
    junk = chance.choice(
        (b"", b"zz\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n", b"\n", b"0\r\n\r\n")
    )
    made.body = made.body[:at] + junk + made.body[at + 1 :]
    made.proper = False


def _length(chance: Random, made: Message) -> None:
    """Another Content-Length than that of the body."""
    _without(made, b"Content-Length")
    size = len(made.body)
    wrong = chance.choice((size + 1, size + 1_000, size * 2 + 9, max(size - 1, 0), 10**9, 10**30))
    text = chance.choice((b"%d" % wrong, b"%d" % wrong, b"-1", b"+5", b"", b"0x10", b"1, 1"))
    made.headers.append((b"Content-Length", text))
    made.proper = False


def _two_lengths(chance: Random, made: Message) -> None:
    """RFC 9112, 6.1 and 6.3: what smuggles requests past a proxy."""
    name, value = chance.choice(
        ((b"Content-Length", b"0"), (b"Transfer-Encoding", b"chunked"), (b"Content-Length", b"7"),
         (b"Transfer-Encoding", b"gzip, chunked"), (b"Transfer-Encoding", b"x"))
    )  # fmt: skip
    made.headers.append((name, value))
    made.proper = False


def _cut(chance: Random, made: Message) -> None:
    """The client goes away in the middle, or before it has its answer."""
    made.proper = False
    size = len(made.raw)
    made.cut = chance.choice((size, size - 1, chance.randrange(size), chance.randrange(size)))
    made.closing = chance.choice(("close", "close", "reset", "half"))


def _head(chance: Random, made: Message) -> None:
    """Bytes that no head of a request may have."""
    made.proper = False
    junk = chance.choice((b"\0", b"\x01", b"\n", b" ", b"\x7f", b"\xff", b":", b"\r\n ", b"\r"))
    match chance.randrange(4):
        case 0:
            made.method = junk + made.method
        case 1:
            at = chance.randrange(len(made.target) + 1)
            made.target = made.target[:at] + junk + made.target[at:]
        case 2:
            made.headers.append((b"X-" + junk, b"x"))
        case _:
            made.headers.append((b"X-Odd", b"a" + junk + b"b"))


def _many(chance: Random, made: Message) -> None:
    """More of the head than the server takes."""
    made.proper = False
    match chance.randrange(3):
        case 0:
            made.headers += [(b"X-%d" % n, b"x") for n in range(chance.choice((98, 300)))]
        case 1:
            made.target += b"?" + b"a" * 70_000
        case _:
            made.headers.append((b"X-Long", b"a" * chance.choice((300_000, 600_000))))


def _protocol(chance: Random, made: Message) -> None:
    made.protocol = chance.choice((b"HTTP/1.0", b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"http/1.1"))
    made.proper = made.protocol == b"HTTP/1.0"


def _target(chance: Random, made: Message) -> None:
    """RFC 9112, 3.2: other forms of the target."""
    made.target = chance.choice(
        (b"http://localhost" + made.target, b"*", b"localhost:80", b"x", b"")
    )
    made.proper = False


def _expecting(chance: Random, made: Message) -> None:
    made.headers.append((b"Expect", chance.choice((b"100-continue", b"x"))))


def _repeated(chance: Random, made: Message) -> None:
    """A header twice, or in other case."""
    name, value = chance.choice([h for h in made.headers if h[0] != b"Content-Length"])
    made.headers.append((name.swapcase(), chance.choice((value, b"x"))))


FRAMINGS: tuple[Callable[[Random, Message], None], ...] = (
    _chunked,
    _chunked,
    _broken_chunks,
    _length,
    _two_lengths,
    _cut,
    _cut,
    _head,
    _many,
    _protocol,
    _target,
    _expecting,
    _repeated,
)
