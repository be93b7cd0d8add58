"""How an agent is sent to another server: its URI, with what the user chose kept."""

from __future__ import annotations

from dataclasses import dataclass

from .dialects import Dialect

SCHEMES = ("openai", "litellm", "vllm")
"""Schemes whose agents can be sent to another server."""
KEPT = ("temperature", "top_p", "api", "reasoning_effort", "thoughts", "seed")
"""Options that an agent keeps when it is sent there."""


@dataclass(frozen=True, slots=True)
class Reach:
    """An agent that can be sent to another server.

    Attributes:
        head: the scaffolds before it, with their colon.
        scheme, name: which agent, and its model.
        options: what the user chose, of what is kept.
    """

    head: str
    scheme: str
    name: str
    options: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The URI that reaches a server of the plain form, open for more options."""
        name = self.name
        if self.scheme == "litellm" and not name.startswith("openai/"):
            name = f"openai/{name.rpartition('/')[2]}"
        kept = "".join(f"{option}&" for option in (*self._native, *self.options))
        return f"{self.head}{self.scheme}/{name}?{kept}"

    @property
    def _native(self) -> tuple[str, ...]:
        return ("protocol=native",) if self.scheme == "vllm" else ()

    @property
    def streams(self) -> bool:
        """Whether the agent can ask for replies in pieces."""
        return self.scheme == "openai"

    @property
    def key_name(self) -> str:
        """The variable that the key for the plain form comes from."""
        return "OPENAI_API_KEY"

    def form(self, dialect: Dialect) -> str:
        """The URI that reaches a provider form, with `{url}` in it; empty where none does."""
        for template in dialect.agents:
            path, _, query = template.partition("?")
            scheme, _, rest = path.partition("/")
            provider, _, _ = rest.rpartition("/")
            if scheme != self.scheme or ("api=responses" in query) != self._responds:
                continue
            own = self.name.startswith(f"{provider}/") if provider else False
            if provider and not own and provider != "openai":
                continue
            name = self.name.removeprefix(f"{provider}/") if own else dialect.model
            named = {option.partition("=")[0] for option in query.split("&")}
            kept = [o for o in self.options if o.partition("=")[0] not in named]
            filled = path.replace("{model}", name)
            return f"{self.head}{filled}?{'&'.join([*kept, query])}"
        return ""

    @property
    def _responds(self) -> bool:
        return "api=responses" in self.options


def reach_of(uri: str) -> Reach | None:
    """How the agent of a URI reaches another server; None if it asks none."""
    path, _, query = uri.partition("?")
    head, colon, inner = path.rpartition(":") if ":" in path else ("", "", path)
    scheme, _, name = inner.partition("/")
    if scheme not in SCHEMES:
        return None
    kept = tuple(p for p in query.split("&") if p.partition("=")[0] in KEPT)
    return Reach(f"{head}{colon}", scheme, name, kept)
