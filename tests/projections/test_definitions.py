from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from lrs.domain.aggregates.credential import Scope
from lrs.domain.xapi.agent import JsonObject, agent_key
from lrs.domain.xapi.statement import RecordedStatement
from lrs.domain.xapi.version import Version
from lrs.projections.statements.definitions import MOST_NAMES, DefinitionsFold
from lrs.projections.statements.index import StatementsProjection, activity_definitions, agent_names
from lrs.projector.checksum import checksum
from lrs.service import Lrs
from schemas import parse_statements
from tests.conftest import BACKENDS
from tests.projections.engines import standing
from tests.projections.histories import ACTIVITIES, AUTHORITIES, PEOPLE
from tests.projections.test_statements import indexed
from tests.support.examples import drawn
from tests.support.stores import WRITER, body

TABLES = list(StatementsProjection.TABLES)
KINDS = ("parent", "grouping", "category", "other")
ORDER = ("actor", "verb", "object", "context", "contextActivities", *KINDS)
several = settings(max_examples=drawn(80), deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=BACKENDS)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    with standing(request, tmp_path_factory, TABLES) as engine:
        yield engine


texts = st.dictionaries(st.sampled_from(["en", "ru"]), st.sampled_from("abc"), max_size=2)
definitions = st.fixed_dictionaries(
    {},
    optional={
        "name": texts,
        "description": texts,
        "type": st.sampled_from(["urn:1", "urn:2"]),
        "extensions": st.dictionaries(
            st.sampled_from(["urn:x", "urn:y"]), st.sampled_from([0, None, "x", [1.5]])
        ),
    },
)
activities = st.fixed_dictionaries(
    {"id": st.sampled_from(ACTIVITIES)}, optional={"definition": definitions}
)
people = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["", "Анна", "Anna", "А."])).map(
    lambda pair: {"objectType": "Agent", **pair[0], **({"name": pair[1]} if pair[1] else {})}
)
crowds = st.lists(people, min_size=1, max_size=2)
groups = crowds.map(lambda m: {"objectType": "Group", "member": m}) | st.tuples(people, crowds).map(
    lambda pair: {**pair[0], "objectType": "Group", "member": pair[1]}
)
contexts = st.fixed_dictionaries(
    {},
    optional={
        "instructor": people | groups,
        "team": groups,
        "contextActivities": st.fixed_dictionaries(
            {}, optional={kind: st.lists(activities, max_size=2) for kind in KINDS}
        ),
        "contextAgents": st.lists(people, max_size=1).map(
            lambda a: [{"objectType": "contextAgent", "agent": p} for p in a]
        ),
        "contextGroups": st.lists(groups, max_size=1).map(
            lambda g: [{"objectType": "contextGroup", "group": p} for p in g]
        ),
    },
)


def _saying(things: st.SearchStrategy[Any]) -> st.SearchStrategy[JsonObject]:
    return st.fixed_dictionaries(
        {"actor": people | groups, "verb": st.just({"id": "urn:v"}), "object": things},
        optional={"context": contexts},
    )


things = activities | people | groups
statements = _saying(things | _saying(things).map(lambda s: {"objectType": "SubStatement", **s}))


@st.composite
def logs(draw: st.DrawFn) -> list[RecordedStatement]:
    """A few statements, not all by keys that may define."""
    return [
        RecordedStatement(
            position=position,
            stored=position,
            key=UUID(int=position),
            authority=draw(st.sampled_from(AUTHORITIES)),
            may_void_any=False,
            statement=draw(statements),
            may_define=draw(st.sampled_from([True, True, False])),
        )
        for position in range(1, draw(st.integers(1, 8)) + 1)
    ]


def everything(value: Any) -> Iterator[JsonObject]:
    """Each object within, outermost first, in the order in which the standard names its place."""
    if isinstance(value, dict):
        yield value
        for name in sorted(value, key=lambda name: ORDER.index(name) if name in ORDER else 99):
            yield from everything(value[name])
    elif isinstance(value, list):
        for inner in value:
            yield from everything(inner)


def defined(log: list[RecordedStatement]) -> dict[str, JsonObject]:
    """What is said of activities, by a plain reading of the log."""
    definitions: dict[str, JsonObject] = {}
    for s in log:
        for thing in everything(s.statement) if s.may_define else ():
            if "definition" in thing:
                before, definition = definitions.get(thing["id"], {}), thing["definition"]
                definitions[thing["id"]] = {**before, **definition} | {
                    name: {**before[name], **definition[name]}
                    for name in ("name", "description", "extensions")
                    if name in before and name in definition
                }
    return definitions


def called(log: list[RecordedStatement], person: JsonObject) -> list[str]:
    """The names of a person, by a plain reading of the log."""
    found: dict[str, None] = {}
    for s in log:
        for thing in everything(s.statement) if s.may_define else ():
            if "name" in thing and all(thing.get(k) == v for k, v in person.items()):
                found[thing["name"]] = None
    return list(found)


@several
@given(log=logs(), data=st.data())
def test_what_is_known_is_what_a_plain_reading_gathers(
    engine: Engine, log: list[RecordedStatement], data: st.DataObject
) -> None:
    """1.0.3 part 3, 2.4 and 2.5: all languages, the later of two values, every name once; only
    from keys that may define (4.2).
    """
    ends = data.draw(st.sets(st.integers(1, len(log))))
    with indexed(engine, log, ends) as connection:
        assert activity_definitions(connection, ACTIVITIES) == defined(log)
        for person in PEOPLE:
            assert sorted(agent_names(connection, agent_key(person) or "")) == sorted(
                called(log, person)
            )


@several
@given(log=logs(), data=st.data())
def test_however_the_log_is_cut_into_batches_the_rows_are_the_same(
    engine: Engine, log: list[RecordedStatement], data: st.DataObject
) -> None:
    """Live folding and a rebuild give the same tables, byte for byte; what is remembered between
    batches, and when that is let go, makes no difference.
    """
    ends = data.draw(st.sets(st.integers(1, len(log))))
    with indexed(engine, log) as connection:
        rebuilt = checksum(connection, TABLES)
    with indexed(engine, log, ends) as connection:
        assert checksum(connection, TABLES) == rebuilt
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefinitionsFold, "MOST_BYTES", data.draw(st.integers(-1, 200)))
        patch.setattr(DefinitionsFold, "MOST_AGENTS", data.draw(st.integers(-1, 2)))
        with indexed(engine, log, ends) as connection:
            assert checksum(connection, TABLES) == rebuilt


def naming(position: int, name: str) -> RecordedStatement:
    said = {
        "actor": {**PEOPLE[0], "name": name},
        "verb": {"id": "urn:v"},
        "object": {"id": "urn:o"},
    }
    return RecordedStatement(position, position, UUID(int=position), AUTHORITIES[0], False, said)


def test_one_person_has_so_many_names_and_no_more(engine: Engine) -> None:
    """One client cannot make the table grow without bounds; the first ones stay."""
    log = [naming(n, f"name {n}") for n in range(1, MOST_NAMES + 11)]
    for ends in ((), range(1, len(log), 7)):
        with indexed(engine, log, ends) as connection:
            found = agent_names(connection, agent_key(PEOPLE[0]) or "")
        assert found == [f"name {n}" for n in range(1, MOST_NAMES + 1)]


@pytest.mark.parametrize(
    ("scopes", "counts"),
    [
        ({Scope.ALL}, True),
        ({Scope.DEFINE, Scope.STATEMENTS_WRITE}, True),
        ({Scope.STATEMENTS_WRITE}, False),
        ({Scope.STATEMENTS_WRITE, Scope.PROFILE, Scope.STATE, Scope.ALL_READ}, False),
    ],
    ids=lambda value: "+".join(sorted(value)) if isinstance(value, set) else "",
)
@pytest.mark.usefixtures("hurried")
def test_only_keys_that_may_define_are_listened_to(
    lrs: Lrs, scopes: set[Scope], counts: bool
) -> None:
    """1.0.3 part 3, 4.2: `define`, and `all`; and so it stays when all is folded again."""
    activity = {"id": "urn:a", "definition": {"name": {"en": "A"}}}
    value = {**body(), "object": activity, "actor": {**PEOPLE[0], "name": "Анна"}}
    parsed, _ = parse_statements(json.dumps(value).encode())
    module = replace(WRITER, scopes=frozenset(scopes))
    lrs.statements.store(parsed, module, Version.V2_0_0)
    for folded_again in (False, True):
        if folded_again:
            lrs.projector.rebuild(["statements"])
        merged = lrs.definitions.activity("urn:a", WRITER)
        assert merged.get("definition") == (activity["definition"] if counts else None)
        person = lrs.definitions.person(PEOPLE[0], WRITER)
        assert person.get("name") == (["Анна"] if counts else None)
