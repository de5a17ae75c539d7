"""An Agent's inverse functional identifier, as one stable key.

xAPI 1.0.3 part 2, 2.4.2.3: mbox, mbox_sha1sum, openid or account identifies a person or group;
the name never does. The key is readable and reversible:

    mbox|mailto:anna@example.org
    mbox_sha1sum|ebd31e95054c018b10727ccffd2ef2ec3a016ee9
    openid|https://anna.example.org/
    account|https://hr.example.org|0417

`|` is legal in no IRI (RFC 3987), so the parts never run into each other; an account's name comes
last and may hold anything.
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
    """The identifier members that `key` was made of. ValueError if it is no such key."""
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
    """The people an actor stands for: a Group's members if it lists any, else the actor itself."""
    listed = actor.get("member")
    if actor.get("objectType") == "Group" and listed:
        yield from listed
    else:
        yield dict(actor)


def authority_name(authority: Mapping[str, Any]) -> str:
    """What reports and programmes call who vouches: an account's name, which for a key of the store
    is the key's own name; else the key as `authority_key` makes it.
    """
    account = authority.get("account")
    return str(account["name"]) if account else authority_key(authority)


def authority_key(authority: Mapping[str, Any]) -> str:
    """One key for who vouches: an Agent's, or for an OAuth Group its two members' together."""
    own = agent_key(authority)
    if own is not None:
        return own
    return " + ".join(sorted(agent_key(member) or "" for member in authority.get("member", ())))
