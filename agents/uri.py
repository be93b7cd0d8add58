"""From a URI to an agent: `oracle`, `random`, `openai/gpt-5?temperature=0`, `replay/oracle?db=x`.

A scheme is one line in `_SCHEMES`, or a call of `register_agent`; anything else without a slash is
the name of a reference agent of the environments it is to play. Scaffolds stand in front, with a
colon: `best(n=3,by=king):plan:openai/gpt-5` (see `scaffolds/uris.py`). A team names an agent for
each seat of an arena: `team(writer_0=smollm2,assistant_0=polite)`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl

from ..envs.core import UsageError
from .base import Agent
from .reference import ReferenceAgent

Factory = Callable[[str, dict[str, str]], Agent]
"""Given what follows the scheme and the options behind `?`, makes an agent."""

_SCHEMES: dict[str, tuple[str, str]] = {
    # scheme: (where its factory is, what it is)
    "random": ("chance:from_uri", "tools and arguments drawn at random"),
    "human": ("human:from_uri", "a person at this terminal"),
    "replay": ("replay:from_uri", "replay/<agent>?db=FILE: plays a stored run again"),
    "openai": ("openai:from_uri", "openai/<model>: any OpenAI-compatible server"),
    "litellm": ("litellm:from_uri", "litellm/<provider>/<model>: any provider LiteLLM knows"),
    "vllm": ("vllm:from_uri", "vllm/<folder or hub name>: a vLLM server, started or running"),
    "hf": ("hf:from_uri", "hf/<folder or hub name>: a model in this process (Transformers)"),
    "trained": ("trained:from_uri", "trained/<run folder>: what `palestra train` made"),
    "smollm2": ("hf:smollm2", "a real small model for a laptop; see `palestra models`"),
}
_registered: dict[str, tuple[Factory, str]] = {}


def register_agent(scheme: str, factory: Factory, about: str = "") -> None:
    """Make `scheme` and `scheme/<name>?option=value` resolve to `factory(name, options)`."""
    _registered[scheme] = (factory, about)


def schemes() -> dict[str, str]:
    """Each scheme with one line on what it is."""
    return {name: about for name, (_, about) in _SCHEMES.items()} | {
        name: about for name, (_, about) in _registered.items()
    }


def resolve(uri: str, references: Iterable[str] = ()) -> Agent:
    """The agent with this URI.

    Args:
        uri: see above.
        references: names of reference agents that the environments in question have.

    Raises:
        UsageError: no scheme and no reference is called so, or an option is wrong.
    """
    references = tuple(references)
    if uri.startswith("team("):
        from .team import resolve_team  # teams resolve their members

        team = resolve_team(uri, lambda inner: resolve(inner, references))
        if team is not None:
            return team
    if ":" in uri or "(" in uri:
        from .scaffolds import resolve_scaffold  # scaffolds resolve what they wrap

        scaffold = resolve_scaffold(uri, lambda inner: resolve(inner, references))
        if scaffold is not None:
            return scaffold
    path, _, query = uri.partition("?")
    scheme, _, name = path.partition("/")
    options = dict(parse_qsl(query, keep_blank_values=True))
    if scheme in _registered:
        return _registered[scheme][0](name, options)
    if scheme in _SCHEMES:
        module, _, function = _SCHEMES[scheme][0].partition(":")
        factory: Factory = getattr(import_module(f".{module}", __package__), function)
        return factory(name, options)
    names = references
    if uri in names:
        return ReferenceAgent(uri)
    from .scaffolds import scaffolds

    known = sorted({*names, *schemes()})
    close = difflib.get_close_matches(scheme, known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise UsageError(
        f"there is no agent {uri!r}.{hint} Reference agents here: {', '.join(names) or 'none'}; "
        f"others: {', '.join(schemes())}; scaffolds before a colon: {', '.join(scaffolds())}."
    )


def take_options(
    uri: str, options: Mapping[str, str], kinds: Mapping[str, Callable[[str], Any]]
) -> dict[str, Any]:
    """The options of a URI, converted.

    Raises:
        UsageError: an option is unknown, or its value does not convert.
    """
    taken: dict[str, Any] = {}
    for name, text in options.items():
        if name not in kinds:
            raise UsageError(
                f"agent {uri!r} takes no option {name!r}; it takes {', '.join(kinds) or 'none'}"
            )
        try:
            taken[name] = kinds[name](text)
        except ValueError as error:
            raise UsageError(f"agent {uri!r}: option {name}={text!r}: {error}") from None
    return taken


def yes_or_no(text: str) -> bool:
    """An option that is on or off."""
    if text.lower() in ("true", "1", "yes", "on", ""):
        return True
    if text.lower() in ("false", "0", "no", "off"):
        return False
    raise ValueError("expected true or false")
