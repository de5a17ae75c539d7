"""The aggregates: documents, credentials, catalogue entries."""
