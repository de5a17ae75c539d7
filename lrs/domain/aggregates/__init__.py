"""What decides from its own events: documents, credentials, catalogue entries."""
