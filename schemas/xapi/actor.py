"""Agents and Groups (xAPI 1.0.3 part 2, 2.4.2; 2.0, 4.2.2.1) and who vouches (2.4.9)."""

from __future__ import annotations

from typing import Any

from lrs.domain.xapi.agent import IDENTIFIERS, JsonObject
from schemas.base import FieldFault, Strict
from schemas.fields import ByType, Many, One
from schemas.leaves import AccountName, Iri, Mbox, OneOf, Sha1, Text, Uri
from schemas.problem import WordedProblem


class Account(Strict):
    """2.4.2.4: both are required, else two people of two systems would be one."""

    home_page = Iri(required=True)
    name = AccountName(required=True)


class _Identified(Strict):
    """2.4.2.3: the inverse functional identifiers."""

    name = Text()
    mbox = Mbox()
    mbox_sha1sum = Sha1(data_key="mbox_sha1sum")
    openid = Uri()
    account = One(Account)


def _identifiers(value: JsonObject) -> int:
    return sum(kind in value for kind in IDENTIFIERS)


def _of_identifiers(value: JsonObject) -> FieldFault | None:
    """What is wrong with their number, which must be one."""
    match _identifiers(value):
        case 1:
            return None
        case 0:
            return (), WordedProblem(code="identifier-count", why="there is none")
        case _:
            return (), WordedProblem(code="identifier-count", why="there are several, keep one")


class Agent(_Identified):
    object_type = OneOf("Agent", code="object-type")

    @staticmethod
    def rule(value: JsonObject) -> FieldFault | None:
        """2.4.2.1: exactly one identifier."""
        return _of_identifiers(value)


class Group(_Identified):
    """2.4.2.2: its members are Agents, never Groups."""

    object_type = OneOf("Group", code="object-type", required=True)
    member = Many(One(Agent))

    @staticmethod
    def rule(value: JsonObject) -> FieldFault | None:
        """2.4.2.2: at most one identifier, and without one at least one member."""
        if _identifiers(value):
            return _of_identifiers(value)
        return None if value.get("member") else (("member",), "group-members")


class IdentifiedGroup(Group):
    @staticmethod
    def rule(value: JsonObject) -> FieldFault | None:
        """2.4.2.2: an identified Group has exactly one identifier."""
        return _of_identifiers(value)


class AuthorityGroup(Group):
    @staticmethod
    def rule(value: JsonObject) -> FieldFault | None:
        """2.4.9: an OAuth application, known by an account, and its user."""
        members = value.get("member", [])
        right = (
            _identifiers(value) == 0
            and len(members) == 2
            and any("account" in member for member in members)
        )
        return None if right else ((), "authority-group")


def any_actor(**options: Any) -> ByType:
    """An Agent or any Group."""
    types = {"Agent": Agent, "Group": Group}
    return ByType(types, default="Agent", code="object-type", **options)


def identified_actor(**options: Any) -> ByType:
    """An Agent or identified Group, as documents and queries are about."""
    types = {"Agent": Agent, "Group": IdentifiedGroup}
    return ByType(types, default="Agent", code="object-type", **options)


def any_authority(**options: Any) -> ByType:
    """An Agent or the two members of OAuth."""
    types = {"Agent": Agent, "Group": AuthorityGroup}
    return ByType(types, default="Agent", code="object-type", **options)
