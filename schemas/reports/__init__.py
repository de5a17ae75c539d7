"""The formats of reports under /api/v1, described in docs/reports.md.

Hours are decimal hours, times ISO 8601 with the offset under which they happened, texts in the
reader's language with all languages beside them.
"""
