from __future__ import annotations

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Caller, fresh, ref, said, someone


def chain(length: int, end: JsonObject) -> list[JsonObject]:
    """Statements of which each refers to the one before, the first to `end`."""
    made = [end]
    for _ in range(length):
        made.append(said(actor=someone(), object=ref(made[-1])))
    return made


def test_a_statement_is_found_by_what_finds_the_one_it_refers_to(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: filters are applied to the target of a StatementRef as well."""
    registration, person = fresh(), someone()
    context = {"registration": registration, "instructor": person}
    target = said(actor=person, verb={"id": f"https://v/{registration}"}, context=context)
    answer = said(actor=someone(), object=ref(target))
    client.store(target, answer)
    both = [answer["id"], target["id"]]
    assert client.found(agent=person) == client.found(registration=registration) == both
    assert client.found(verb=target["verb"]["id"]) == both
    assert client.found(agent=person, related_agents="true") == both
    assert client.found(agent=answer["actor"]) == [answer["id"]]


def test_references_are_followed_down_a_chain(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: the target of a target finds the first, too."""
    person = someone()
    statements = chain(4, said(actor=person))
    client.store(*statements)
    assert client.found(agent=person) == [s["id"] for s in reversed(statements)]
    middle = statements[2]["actor"]
    assert client.found(agent=middle) == [s["id"] for s in reversed(statements[2:])]


def test_a_target_that_arrives_last_is_found_through_all_that_wait_for_it(client: Caller) -> None:
    """Whichever comes first: a reference need not point at what is there already."""
    person = someone()
    statements = chain(3, said(actor=person))
    for statement in statements[::-1]:
        assert client.found(agent=person) == []
        client.store(statement)
    assert client.found(agent=person, ascending="true") == [s["id"] for s in statements[::-1]]


def test_a_link_of_a_chain_that_arrives_last_joins_its_ends(client: Caller) -> None:
    """The chain holds as soon as it is whole."""
    person = someone()
    end, link, start = chain(2, said(actor=person))
    client.store(end)
    client.store(start)
    assert client.found(agent=person) == [end["id"]]
    client.store(link)
    assert sorted(client.found(agent=person)) == sorted(s["id"] for s in (end, link, start))


def test_references_in_a_circle_find_each_other_and_end(client: Caller) -> None:
    """Nothing forbids a circle, nor a statement that refers to itself."""
    one, two = said(actor=someone()), said(actor=someone())
    one["object"], two["object"] = ref(two), ref(one)
    itself = said(actor=someone())
    itself["object"] = ref(itself)
    client.store(one, itself)
    client.store(two)
    assert client.found(agent=one["actor"]) == client.found(agent=two["actor"])
    assert sorted(client.found(agent=one["actor"])) == sorted([one["id"], two["id"]])
    assert client.found(agent=itself["actor"]) == [itself["id"]]


def test_since_until_and_limit_look_at_the_referring_statement(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: time and sequence parameters are not applied to the target."""
    person = someone()
    target, answer = said(actor=person), said(actor=someone())
    answer["object"] = ref(target)
    client.store(target)
    client.store(answer)
    first = client.one(target["id"])["stored"]
    assert client.found(agent=person, since=first) == [answer["id"]]
    assert client.found(agent=person, until=first) == [target["id"]]
    page = client.get(agent=f'{{"mbox":"{person["mbox"]}"}}', limit=1).json
    assert [s["id"] for s in page["statements"]] == [answer["id"]]


def test_all_filters_hold_on_one_statement_of_the_chain(client: Caller) -> None:
    """A referring statement and its target together do not make up a match."""
    person, verb = someone(), {"id": f"https://example.org/{fresh()}"}
    target = said(actor=person)
    answer = said(verb=verb, object=ref(target), actor=someone())
    client.store(target, answer)
    assert client.found(agent=person, verb=verb["id"]) == []
    assert client.found(agent=answer["actor"], verb=verb["id"]) == [answer["id"]]


def test_only_the_object_is_a_reference_that_is_followed(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: `using a StatementRef as the Object`; context.statement is none."""
    person = someone()
    target = said(actor=person)
    inner = {"objectType": "SubStatement", "actor": someone(), "verb": said()["verb"]}
    client.store(
        target,
        said(context={"statement": ref(target)}),
        said(object={**inner, "object": ref(target)}),
    )
    assert client.found(agent=person) == [target["id"]]
