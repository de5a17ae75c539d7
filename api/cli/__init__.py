"""The command `lrs`."""
