"""`retry:AGENT` and `check:AGENT`: an agent is asked once more about one reply of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...envs.core import FormatError, Message, ToolEnv, UsageError, say, text_in, user
from ...envs.core.actions import read_action
from ..base import Agent, Reply
from ..seeds import of_sample
from .base import Place, Player, Scaffold, Turn, head_of
from .text import said, without_thoughts

_KEEP = "KEEP"
_REPAIR = (
    "That reply could not be carried out: {problem}\nNothing was done yet. Reply again, in the "
    "right form."
)
_REVIEW = (
    "Before this is carried out, look at your reply once more. Does it follow from what is known "
    f"so far, and does it do what was asked? If it stands, reply with the one word {_KEEP}. If "
    "not, give the reply that you want carried out in its place, complete and in the same form."
)


class Retry(Scaffold):
    """Asks again, with the reason, after a reply that cannot be carried out.

    Args:
        agent: who is asked.
        n: how often at most after the first time; then the last reply stands.
    """

    def __init__(self, agent: Agent, n: int = 1) -> None:
        if n < 1:
            raise UsageError(f"retry: n is {n}; expected at least 1")
        self.n = n
        super().__init__(agent, head_of("retry", {"n": n if n != 1 else None}))

    def player(self, place: Place) -> Agent:
        return _Retrying(self, place)


class _Again(Player):
    """Asks its agent, and then about what it replied."""

    def __init__(self, scaffold: Scaffold, place: Place) -> None:
        self._place, self._agent = place, scaffold.agent
        self._player = place.sit(scaffold.agent)

    async def _once_more(
        self, turn: Turn, reply: Reply, remark: str, what: str, time: int = 0
    ) -> Reply:
        """What the agent says to a remark about a reply of its own.

        At a seat of its own: the player of the episode must not hear of it.
        """
        # The reply goes back as text: a malformed call cannot be sent as a call.
        aside = [*turn.messages, say(said(reply.message)), user(remark)]
        player = self._place.sit(self._agent, time, what)
        return await turn.ask(player, aside, of_sample(turn.seed, time, what))


class _Retrying(_Again):
    def __init__(self, scaffold: Retry, place: Place) -> None:
        super().__init__(scaffold, place)
        self._n = scaffold.n

    async def answer(self, turn: Turn) -> Reply:
        reply = await turn.ask(self._player)
        for time in range(1, self._n + 1):
            problem = "" if reply.stop else fault(reply.message, turn.tools, self._place.env)
            if not problem:
                break
            remark = _REPAIR.format(problem=problem)
            reply = await self._once_more(turn, reply, remark, "retry", time)
        return reply


class Check(Scaffold):
    """The agent reviews each reply of its own once and may revise it."""

    def __init__(self, agent: Agent) -> None:
        super().__init__(agent, "check")

    def player(self, place: Place) -> Agent:
        return _Checking(self, place)


class _Checking(_Again):
    async def answer(self, turn: Turn) -> Reply:
        first = await turn.ask(self._player)
        if first.stop:
            return first
        second = await self._once_more(turn, first, _REVIEW, "check")
        return second if self._revises(first.message, second, turn.tools) else first

    def _revises(self, first: Message, second: Reply, tools: Sequence[Mapping[str, Any]]) -> bool:
        message = second.message
        if second.stop or fault(message, tools, self._place.env):
            return False
        if message.get("tool_calls"):
            return True
        text = without_thoughts(text_in(message))
        if not text or text.strip(" .*\"'`").upper() == _KEEP:
            return False
        return not first.get("tool_calls")  # words about a call do not take it back


def fault(message: Message, tools: Sequence[Mapping[str, Any]], env: Any = None) -> str:
    """Why a reply could not be carried out; empty where it could, as far as can be known.

    With an environment of ours this is its own rule (the schemas, which the agent has too);
    without one, what the list of tools tells.
    """
    if isinstance(env, ToolEnv):
        space = env.action_space
        try:
            _, calls = read_action(message, space.tools, space.characters)  # type: ignore[attr-defined]
        except FormatError as error:
            return str(error)
        problems = [str(call) for call in calls if isinstance(call, FormatError)]
        if not calls and not space.text:  # type: ignore[attr-defined]
            problems = ["a message must call a tool"]
        return "; ".join(problems)
    if message.get("parse_error"):
        return str(message.get("parse_error"))
    known = {tool["function"]["name"]: tool["function"] for tool in tools}
    for call in message.get("tool_calls") or ():
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        if name not in known:
            return f"there is no tool {name!r}; the tools are: {', '.join(known) or 'none'}"
        if not isinstance(arguments, Mapping):
            return f"the arguments of {name} must be an object"
        required = known[name].get("parameters", {}).get("required", ())
        if missing := [each for each in required if each not in arguments]:
            return f"{name} lacks the arguments {', '.join(missing)}"
    return ""
