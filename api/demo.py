"""Filling an empty store with the demo's training centre, and saying where to look."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from api.importing import import_statements
from lrs.demo.centre import unfold
from lrs.domain.credential import Scope, Standing
from lrs.service import Lrs
from schemas import ParsedStatement

LABEL = "demo"


def fill(lrs: Lrs, seed: int, progress: Callable[[int], None]) -> str:
    """Store the demo's statements, unless they are there, and make a key. What to tell people.

    A key of an earlier start is revoked: its secret is gone.
    """
    journal = unfold(seed, 400)
    by = lrs.credentials.operator(LABEL)
    statements = list(journal.statements())
    last = UUID(statements[-1]["id"])
    if not lrs.ledger.reader.statements([last]):  # else an earlier start has filled it
        import_statements(lrs, _received(statements), by, progress=progress)
    for credential, standing in lrs.credentials.all():
        if standing is Standing.GOOD and credential.label == LABEL:
            lrs.credentials.revoke(credential.id)
    key = lrs.credentials.create(LABEL, [Scope.ALL])
    lrs.projector.catch_up()
    base = f"http://{lrs.settings.host}:{lrs.settings.port}"
    login = f"-u {key.name}:{key.secret}"
    resit = journal.notable["resit"].rsplit("|", 1)[-1]
    return f"""
{len(statements)} statements of an invented training centre are stored.

Look at   {base}/api/v1/transcripts   (and /courses, /health)
Log in    {key.name}
password  {key.secret}

Try:
  curl {login} {base}/api/v1/transcripts/{resit}
  curl {login} {base}/api/v1/courses/1/statistics
  curl {login} -H 'X-Experience-API-Version: 1.0.3' '{base}/xapi/statements?limit=1'

Stop with Ctrl-C.
"""


def _received(statements: Iterable[dict[str, object]]) -> Iterator[ParsedStatement]:
    for value in statements:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        yield ParsedStatement(value, text)
