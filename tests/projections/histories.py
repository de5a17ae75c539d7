"""Random small histories of statements, in which everything meets everything."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hypothesis import strategies as st

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement
from tests.projections.naive import VOIDED, Question

IDS = [UUID(int=(7 << 76) + (2 << 62) + n) for n in range(6)]
VERBS = ["https://v/one", "https://v/two"]
ACTIVITIES = ["https://a/one", "https://a/two", "https://a/three"]
REGISTRATIONS = [str(UUID(int=n)) for n in (1, 2)]
PEOPLE: list[JsonObject] = [
    {"mbox": "mailto:anna@example.org"},
    {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"},
    {"openid": "https://boris.example.org/"},
    {"account": {"homePage": "https://hr.example.org", "name": "0417"}},
]
KEYS: list[JsonObject] = [
    {"objectType": "Agent", "account": {"homePage": "https://keys", "name": name}} for name in "ab"
]
AUTHORITIES = [*KEYS, {"objectType": "Group", "member": [KEYS[0], PEOPLE[0]]}]

people = st.sampled_from(PEOPLE)
crowds = st.lists(people, min_size=1, max_size=2)
groups = crowds.map(lambda m: {"objectType": "Group", "member": m}) | st.tuples(people, crowds).map(
    lambda pair: {"objectType": "Group", **pair[0], "member": pair[1]}
)
activities = st.sampled_from(ACTIVITIES).map(lambda id: {"id": id})
_persons = people.map(lambda p: {"objectType": "Agent", **p})
references = st.sampled_from(IDS).map(lambda id: {"objectType": "StatementRef", "id": str(id)})
verbs = st.sampled_from(VERBS).map(lambda id: {"id": id})
contexts = st.fixed_dictionaries(
    {},
    optional={
        "registration": st.sampled_from(REGISTRATIONS),
        "instructor": people | groups,
        "team": groups,
        "contextActivities": st.dictionaries(
            st.sampled_from(["parent", "grouping", "category", "other"]),
            st.lists(activities, max_size=2),
            max_size=2,
        ),
        "contextAgents": st.lists(people, max_size=1).map(
            lambda a: [{"objectType": "contextAgent", "agent": p} for p in a]
        ),
        "contextGroups": st.lists(groups, max_size=1).map(
            lambda g: [{"objectType": "contextGroup", "group": p} for p in g]
        ),
    },
)
_things = activities | _persons | groups | references
_sub = st.fixed_dictionaries(
    {
        "objectType": st.just("SubStatement"),
        "actor": people | groups,
        "verb": verbs,
        "object": _things,
    },
    optional={"context": contexts},
)
_said = st.fixed_dictionaries(
    {"actor": people | groups, "verb": verbs, "object": _things | references | _sub},
    optional={"context": contexts},
)
_voiding = st.fixed_dictionaries(
    {"actor": people, "verb": st.just({"id": VOIDED}), "object": references}
)
_referring = st.fixed_dictionaries({"actor": people, "verb": verbs, "object": references})
statements = _said | _referring | _voiding


@st.composite
def histories(draw: st.DrawFn) -> list[RecordedStatement]:
    """A few statements that often refer to each other, before and after they are there."""
    order = draw(st.permutations(IDS))
    return [
        RecordedStatement(
            position=position,
            stored=position,
            key=id,
            authority=draw(st.sampled_from(AUTHORITIES)),
            may_void_any=draw(st.booleans()),
            statement=draw(statements),
        )
        for position, id in enumerate(order[: draw(st.integers(1, len(IDS)))], 1)
    ]


questions = st.builds(
    Question,
    agent=st.none() | people | st.sampled_from(KEYS).map(lambda k: {"account": k["account"]}),
    verb=st.none() | st.sampled_from([*VERBS, VOIDED]),
    activity=st.none() | st.sampled_from(ACTIVITIES),
    registration=st.none() | st.sampled_from(REGISTRATIONS),
    related_agents=st.booleans(),
    related_activities=st.booleans(),
    mine=st.none() | st.sampled_from(AUTHORITIES),
)


def cuts(log: Sequence[RecordedStatement]) -> st.SearchStrategy[set[int]]:
    """Positions after which batches of the log may end."""
    return st.sets(st.integers(1, len(log)))
