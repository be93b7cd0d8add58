"""The rules by which an operation's name says what it does to which entity. All of them.

`palestra domains build` counts how many operations each rule decides; the table is in the card. A
verb that is not here decides nothing, and its operations become no tools.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = [
    "KINDS", "OPPOSITE", "STATES", "WRITERS", "forms_of", "kind_of", "singular", "snake", "words",
]  # fmt: skip

KINDS: dict[str, tuple[str, ...]] = {
    "get": ("get", "describe", "read", "retrieve", "fetch", "lookup", "view", "show", "access",
            "head"),
    "list": ("list", "search", "query", "find", "scan", "aggregated"),
    "create": ("create", "insert", "register", "allocate", "request", "import", "generate", "run",
               "submit", "send", "post", "upload", "purchase", "invite", "provision", "copy",
               "clone", "issue", "schedule", "order", "build", "define", "initiate", "new",
               "record", "report", "export", "add", "issue", "open", "reserve", "hold"),
    "put": ("put", "upsert"),
    "update": ("update", "patch", "modify", "set", "edit", "change", "rename", "configure",
               "resize", "replace", "alter", "mark", "increase", "decrease", "adjust"),
    "delete": ("delete", "remove", "deregister", "terminate", "purge", "destroy", "release",
               "unregister", "withdraw", "discard", "deprovision", "erase"),
    "state": ("start", "stop", "enable", "disable", "activate", "deactivate", "pause", "resume",
              "cancel", "approve", "reject", "accept", "decline", "archive", "unarchive",
              "restore", "undelete", "lock", "unlock", "suspend", "complete", "abort", "close",
              "reopen", "deprecate", "undeprecate", "publish", "unpublish", "acknowledge",
              "promote", "deploy", "undeploy", "confirm", "finish", "finalize", "retire",
              "verify", "abandon", "reset", "reactivate", "quarantine"),
    "link": ("attach", "associate", "assign", "grant", "subscribe", "join", "authorize",
             "bind"),
    "unlink": ("detach", "disassociate", "dissociate", "unassign", "revoke", "unsubscribe",
               "leave", "unbind"),
}  # fmt: skip
"""What a verb does. A `start` with no entity to start is a `create`; an `add` or `remove` of one
entity to another is a `link` or `unlink`; a `describe` that returns many is a `list`."""

WRITERS = frozenset(KINDS) - {"get", "list"}

STATES: dict[str, tuple[str, ...]] = {
    "start": ("running", "started", "active", "in_progress", "starting", "available", "enabled"),
    "stop": ("stopped", "stopping", "inactive", "disabled", "cancelled", "canceled"),
    "enable": ("enabled", "active", "enabling", "on"),
    "disable": ("disabled", "inactive", "disabling", "off"),
    "activate": ("active", "activated", "activating", "enabled"),
    "reactivate": ("active", "activated", "enabled"),
    "deactivate": ("inactive", "deactivated", "deactivating", "disabled"),
    "pause": ("paused", "pausing", "suspended"),
    "resume": ("running", "active", "resumed", "resuming", "available", "enabled"),
    "suspend": ("suspended", "suspending", "disabled"),
    "cancel": ("cancelled", "canceled", "cancelling", "canceling", "stopped"),
    "approve": ("approved", "accepted", "active"),
    "accept": ("accepted", "active", "approved"),
    "reject": ("rejected", "declined", "denied"),
    "decline": ("declined", "rejected"),
    "archive": ("archived", "archiving"),
    "unarchive": ("active", "unarchived"),
    "restore": ("active", "available", "restored", "restoring"),
    "undelete": ("active", "available", "undeleted"),
    "lock": ("locked", "locking"),
    "unlock": ("unlocked", "active"),
    "complete": ("completed", "complete", "succeeded", "done"),
    "finish": ("finished", "completed", "complete", "done"),
    "finalize": ("finalized", "completed", "done"),
    "abort": ("aborted", "cancelled", "canceled", "failed"),
    "abandon": ("abandoned", "cancelled"),
    "close": ("closed", "closing", "resolved"),
    "reopen": ("reopened", "open", "opened"),
    "deprecate": ("deprecated",),
    "undeprecate": ("active", "registered"),
    "publish": ("published", "active", "available"),
    "unpublish": ("unpublished", "draft"),
    "acknowledge": ("acknowledged",),
    "promote": ("promoted", "active"),
    "deploy": ("deployed", "active", "deploying"),
    "undeploy": ("undeployed", "inactive"),
    "confirm": ("confirmed", "active", "verified"),
    "retire": ("retired", "retiring"),
    "verify": ("verified", "success", "active"),
    "reset": ("reset", "pending"),
    "quarantine": ("quarantined",),
}
"""The state that a verb leads to: the first that the API's own enumeration has, else the first."""

OPPOSITE = {"link": "unlink", "unlink": "link"}

_VERBS = {verb: kind for kind, verbs in KINDS.items() for verb in verbs}
_SPLIT = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_WHOLE = ("ss", "us", "is", "news", "ics", "dns", "aws", "sms", "ies ")


@lru_cache(maxsize=1 << 17)
def words(name: str) -> tuple[str, ...]:
    """`DBInstanceIds` -> `("db", "instance", "ids")`."""
    return tuple(found.lower() for found in _SPLIT.findall(name))


@lru_cache(maxsize=1 << 16)
def snake(name: str) -> str:
    """`DBInstanceIds` -> `db_instance_ids`; never empty, never begins with a digit."""
    joined = "_".join(words(name)) or "value"
    return f"n{joined}" if joined[0].isdigit() else joined


@lru_cache(maxsize=1 << 15)
def singular(word: str) -> str:
    """`policies` -> `policy`; words that only look like plurals stay as they are."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(_WHOLE):
        return word[:-1] if word in ("ids", "ips", "vms", "dbs", "ous", "acls", "ttls") else word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    if word in ("aliases", "statuses", "buses", "atlases", "analyses"):
        return word[:-2] if word != "analyses" else "analysis"
    return word[:-1]


def kind_of(verb: str) -> str | None:
    """What a verb does, if there is a rule."""
    return _VERBS.get(verb)


_ENDS = (("id",), ("identifier",), ("name",), ("arn",), ("key",), ("number",), ("code",), ())


@lru_cache(maxsize=1 << 14)
def forms_of(noun: tuple[str, ...]) -> dict[tuple[str, ...], int]:
    """The names under which an entity may be referred to, and how well each fits (more: better).

    Of `("user", "pool", "client")`: user pool client id (best), user pool client name, ..., client
    id, ..., id, name.
    """
    forms: dict[tuple[str, ...], int] = {}
    for start in range(len(noun) + 1):
        tail = noun[start:]
        for rank, end in enumerate(_ENDS):
            whole = tail + end
            if whole and whole not in forms:
                forms[whole] = 20 * (len(tail) + 1) - rank - (15 if not tail else 0)
    return forms
