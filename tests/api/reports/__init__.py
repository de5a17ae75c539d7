"""The reports under /api/v1, over HTTP."""
