"""The agent key: an Agent's inverse functional identifier as one stable text.

xAPI 1.0.3 part 2, 2.4.2.3: mbox, mbox_sha1sum, openid or account identifies a person or group;
the name never does. The key is readable and reversible:

    mbox|mailto:anna@example.org
    mbox_sha1sum|ebd31e95054c018b10727ccffd2ef2ec3a016ee9
    openid|https://anna.example.org/
    account|https://hr.example.org|0417

`|` is not allowed in an IRI (RFC 3987), so the parts can be split again; an account's name comes
last and may hold any characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

JsonObject = dict[str, Any]

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")


def agent_key(agent: Mapping[str, Any]) -> str | None:
    """The key of an Agent or identified Group; None for an anonymous Group."""
    account = agent.get("account")
    if account is not None:
        return f"account|{account['homePage']}|{account['name']}"
    for kind in ("mbox", "mbox_sha1sum", "openid"):
        value = agent.get(kind)
        if value is not None:
            return f"{kind}|{value}"
    return None


def identifier_of(key: str) -> JsonObject:
    """The identifier members that `key` stands for. ValueError if it is no agent key."""
    kind, separator, rest = key.partition("|")
    if kind == "account":
        home, separator, name = rest.partition("|")
        rest = home and name
        value: Any = {"homePage": home, "name": name}
    else:
        value = rest
    if kind not in IDENTIFIERS or not separator or not rest:
        raise ValueError("not an agent key")
    return {kind: value}


def members(actor: Mapping[str, Any]) -> Iterator[JsonObject]:
    """A Group's members if it lists any, else the actor itself."""
    listed = actor.get("member")
    if actor.get("objectType") == "Group" and listed:
        yield from listed
    else:
        yield dict(actor)


def authority_name(authority: Mapping[str, Any]) -> str:
    """An authority's name in reports and programmes: its account's name, which for a key of the
    store is the key's name; else the result of `authority_key`.
    """
    account = authority.get("account")
    return str(account["name"]) if account else authority_key(authority)


def authority_key(authority: Mapping[str, Any]) -> str:
    """An authority's agent key, or for an OAuth Group the sorted keys of its two members."""
    own = agent_key(authority)
    if own is not None:
        return own
    return " + ".join(sorted(agent_key(member) or "" for member in authority.get("member", ())))
