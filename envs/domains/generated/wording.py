"""How tools and parameters are described, from names alone: our words, nobody's documentation."""

from __future__ import annotations

from .plan import Table, ToolPlan
from .rules import words

__all__ = ["article", "describe", "noun_of", "parameter_text", "plural", "spoken"]

_UPPER = frozenset({
    "id", "ids", "arn", "url", "uri", "ip", "ips", "api", "vpc", "db", "dns", "ssl", "tls", "http",
    "https", "ttl", "cpu", "gpu", "kms", "iam", "sns", "sqs", "acl", "nat", "cidr", "os", "vm",
    "sql", "json", "xml", "csv", "pdf", "html", "sso", "saml", "mfa", "ami", "ebs", "efs", "eks",
    "ecs", "rds", "iot", "ai", "ml",
})  # fmt: skip


def spoken(name: str) -> str:
    """`DBInstanceIds` -> `DB instance IDs`."""
    found = []
    for word in words(name):
        if word in ("ids", "ips"):
            found.append(word[:-1].upper() + "s")
        else:
            found.append(word.upper() if word in _UPPER else word)
    return " ".join(found) or name


def noun_of(table: Table) -> str:
    """The entity in words: `VPC endpoint`."""
    return " ".join(word.upper() if word in _UPPER else word for word in table.noun)


def plural(noun: str) -> str:
    """`policy` -> `policies`."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun if noun.endswith("ics") else noun + "es"
    return noun if noun.endswith(("data", "metadata")) else noun + "s"


def article(noun: str) -> str:
    """The noun with `a` or `an` before it."""
    first = noun.split(" ")[0]
    vowel = first[:1].lower() in "aeio" or (first.isupper() and first[:1] in "AEFHILMNORSX")
    return f"{'an' if vowel else 'a'} {noun}"


def describe(tool: ToolPlan, table: Table, tables: dict[str, Table]) -> str:
    """One or two sentences on what a tool does, and when it refuses."""
    noun, verb = noun_of(table), tool.verb.capitalize()
    service = tool.api.split(":")[1]
    match tool.kind:
        case "get":
            text = f"Get {article(noun)}: its current values."
        case "list":
            shown = ", ".join(spoken(name) for name in tool.where)
            text = f"List {plural(noun)}" + (f", filtered by {shown}." if shown else ".")
        case "create":
            named = table.key in tool.put.values() or "#last" in tool.put.values()
            given = "" if named else f" Its {spoken(table.key)} is given by the service."
            text = f"{verb if verb != 'Insert' else 'Create'} {article(noun)}.{given}"
        case "put":
            text = f"Put {article(noun)}: make it, or change the one that is there."
        case "update":
            text = f"Change values of {article(noun)}; what is not given stays as it is."
        case "delete":
            text = f"{verb} {article(noun)}. Refused while something else refers to it."
        case "state":
            many = f"each of several {noun}s" if tool.many else article(noun)
            text = f"{verb} {many}: its state becomes {tool.to}. Refused if it is so already."
        case _:
            first, second = _sides(table, tables)
            joined = "with" if tool.kind == "link" else "from"
            text = f"{verb} {article(first)} {joined} {article(second)}."
    return f"{text} ({service} {tool.api.rpartition(':')[2]})"


def _sides(table: Table, tables: dict[str, Table]) -> tuple[str, str]:
    named = [noun_of(tables[c.ref]) for c in table.columns if c.ref in tables]
    return (named[0], named[1]) if len(named) > 1 else (named[0], named[0])


def parameter_text(name: str, tool: ToolPlan, table: Table, tables: dict[str, Table]) -> str:
    """One phrase on what a parameter is."""
    schema = tool.parameters[name]
    if name == tool.limit:
        return "The most that are returned."
    if name == tool.many:
        return f"{spoken(table.key)}s of each {noun_of(table)}."
    column = tool.find.get(name) or tool.put.get(name) or tool.where.get(name) or name
    if column == "#last":
        return f"The last part of the name of the new {noun_of(table)}."
    known = next((c for c in table.columns if c.name == column), None)
    role = "which one" if name in tool.find else "only those with it" if name in tool.where else ""
    if known is not None and known.ref:
        text = f"{spoken(name)}: {article(noun_of(tables[known.ref]))}"
    else:
        text = spoken(name)
    text = text[0].upper() + text[1:]
    if schema.get("format") == "date-time":
        text += " (a moment, as 2026-03-02T09:00:00Z)"
    return f"{text}, {role}." if role else f"{text}."
