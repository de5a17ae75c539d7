"""Explanations and events of the log, as data and in words of the reader's language."""
