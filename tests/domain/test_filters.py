from __future__ import annotations

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.filters import Terms, terms
from lrs.domain.xapi.stored_text import as_stored
from lrs.domain.xapi.version import Version
from tests.schemas.examples import ANNA, BORIS, COURSE, HASHED, LEARNER, TEAM, V2, complete, planned
from tests.schemas.strategies import authorities, statements
from tests.support.examples import drawn

KEY: JsonObject = {"account": {"homePage": "https://keys", "name": "1"}}
anna, boris = "agent:mbox|mailto:anna@example.org", "agent:openid|https://boris.example.org/"
hashed = "agent:mbox_sha1sum|ebd31e95054c018b10727ccffd2ef2ec3a016ee9"
learner = "agent:account|https://lms.example.org|0417"
office = "agent:mbox|mailto:office@example.org"


def of(statement: JsonObject, authority: JsonObject = KEY) -> Terms:
    return terms(as_stored(statement), authority)


def test_a_statement_is_told_by_its_actor_verb_object_and_registration() -> None:
    """1.0.3 part 3, 2.1.3: what the plain filters compare."""
    found = of(complete(V2))
    assert found.direct == (anna, boris, hashed)
    assert found.verb == "verb:http://adlnet.gov/expapi/verbs/passed"
    assert found.activity == f"activity:{COURSE}/question"
    assert found.registration == UUID(complete(V2)["context"]["registration"])
    assert found.authority == "agent:account|https://keys|1"


def test_what_is_related_is_around_it_and_not_in_it_already() -> None:
    """Everyone and everything in the context, each once."""
    assert set(of(complete(V2)).related) == {
        learner,
        office,
        f"activity:{COURSE}",
        "activity:urn:programme:1",
    }


def test_a_substatement_is_all_related() -> None:
    """1.0.3 part 3, 2.1.3: its actor, object and context; its verb is no verb of ours."""
    found = of(planned(V2))
    assert found.direct == (learner,)
    assert found.activity is None
    assert found.verb == "verb:http://v/planned"
    assert {anna, boris, hashed, office, f"activity:{COURSE}"} <= set(found.related)
    assert found.registration is None


def test_agents_and_groups_as_objects_are_direct() -> None:
    """1.0.3 part 3, 2.1.3: agent looks at actor and object."""
    about = {"actor": ANNA, "verb": {"id": "urn:v"}, "object": TEAM}
    assert of(about).direct == (anna, boris, hashed)
    assert of({**about, "object": {"objectType": "Agent", **HASHED}}).direct == (anna, hashed)
    assert of(about).activity is None


def test_the_members_of_an_authority_are_related() -> None:
    """The pair as a whole is the authority; each of the two is somebody to be found by."""
    pair = {"objectType": "Group", "member": [LEARNER, BORIS]}
    found = of({"actor": ANNA, "verb": {"id": "urn:v"}, "object": {"id": "urn:o"}}, pair)
    assert set(found.related) == {learner, boris}
    assert found.authority not in (learner, boris)


@settings(max_examples=drawn(50), deadline=None)
@given(st.sampled_from(list(Version)).flatmap(statements), authorities)
def test_terms_are_distinct_and_fixed_in_order(statement: JsonObject, who: JsonObject) -> None:
    """A rebuild gives the same rows: the same statement, the same terms."""
    found = of(statement, who)
    both = [*found.direct, *found.related]
    assert len(set(both)) == len(both)
    assert found.activity not in found.related
    assert of(statement, who) == found
