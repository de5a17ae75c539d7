"""A line's state as text: how the table `line` keeps it."""

from __future__ import annotations

from msgspec.json import Decoder, Encoder

from lrs.domain.training.line_state import LineState

_ENCODER = Encoder(order="deterministic")
_DECODER = Decoder(LineState)


def encoded(state: LineState) -> str:
    """The one way to write it: equal states, equal text."""
    return _ENCODER.encode(state).decode()


def decoded(text: str) -> LineState:
    """The state that was written."""
    return _DECODER.decode(text)


def normalised(state: LineState) -> LineState:
    """The state as it is read again: the order of evidence rests on that of its members."""
    return decoded(encoded(state))
