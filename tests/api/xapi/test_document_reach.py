"""Whose documents a learner's key reaches, and what is said of bytes that are gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lrs import bootstrap
from lrs.domain.aggregates.credential import MODULE
from lrs.service import Lrs
from tests.api.caller import Caller
from tests.api.opening import caller_of, opened, settings_of
from tests.api.xapi.documents import document
from tests.api.xapi.test_bad_bodies import refused
from tests.conftest import Place

ANNA, BORIS = "mbox|mailto:anna@example.org", '{"mbox":"mailto:boris@example.org"}'


def test_a_learners_key_reaches_that_learners_documents_alone(own_lrs: Lrs, own: Caller) -> None:
    """1.0.3 part 3, 4.2: limited to the actors associated with the key, where that can be told."""
    key = own_lrs.credentials.create("launch", MODULE, learner=ANNA)
    learner = replace(own, key=key)
    hers = document(learner, "state").at(agent='{"mbox":"mailto:anna@example.org"}')
    hers.holding(b"page 5")
    assert hers.get().data == b"page 5"
    for method in ("GET", "PUT", "DELETE"):
        refused(hers.at(agent=BORIS).send(method, b"6"), 403, "not-this-learner")
    document(learner, "activity-profile").holding(b"what is nobody's is not limited")


def test_a_document_whose_bytes_are_gone_is_not_answered_empty(
    place: Place, tmp_path: Path
) -> None:
    """The setting of the folder was lost: a module must not begin anew over what is there."""
    bootstrap.migrate(settings_of(place))
    with opened(place, blob_folder=str(tmp_path / "blobs")) as lrs:
        doc = document(caller_of(lrs), "state").holding(b"page 5")
    with opened(place) as lrs:
        refused(doc.asked_by(caller_of(lrs)).get(), 503, "bytes-missing")
