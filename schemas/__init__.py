"""Input validation: strict JSON, then statements of xAPI 1.0.3 and 2.0.

The marshmallow schemas in `schemas.xapi.statement` are the one description of a statement;
`schemas.rules` has the predicates for single values, for query parameters too.
"""

from lrs.domain.xapi.version import Version, negotiate
from schemas.json_text import ParsedStatement, parse_json, parse_statements
from schemas.validate import check_agent, check_statement, check_statements

__all__ = [
    "ParsedStatement",
    "Version",
    "check_agent",
    "check_statement",
    "check_statements",
    "negotiate",
    "parse_json",
    "parse_statements",
]
