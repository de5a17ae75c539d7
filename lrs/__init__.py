"""Zachetka: an event-sourced learning record store."""

__version__ = "0.1.0"
__all__ = ["__version__"]
