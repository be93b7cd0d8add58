r"""What a free text of an agent asks of a user.

    hear("Could you give me your order number and e-mail?", script).asked   # ("order_id", "email")

The rules, in the order in which they are applied to each sentence (bullets belong to the sentence
before them):

1. "Is there anything else?" closes; "How can I help you?" asks for the goal.
2. A question that begins with what, which, who, when, where or how asks for facts.
3. A proposal ("shall I", "do you confirm", "would you like me to", "is that right") is answered
   with yes or no, unless it offers a choice ("card or voucher?") that a fact decides.
4. Any other question, and any sentence that asks ("please", "I need", "could you", ...), asks for
   the facts that it names, or for what the user can do itself.

A fact is named by the phrases of its name (`order_id`: "order id", "order number", "which order",
...) and by its own `words`; the longest phrase wins, and a word counts for one fact only. A
sentence that does none of this is a statement: it may say that something is done, or refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from .script import Fact, Gesture, Script

_CLOSING = re.compile(
    r"\b(any|some)thing else\b|\b(any )?(further|other|more) (help|question|request)"
    r"|\bgood ?bye\b|\bhave a (nice|good|great|lovely|pleasant)\b"
)
_OFFER = re.compile(r"\bhow (can|may|could) (i|we) (help|assist)\b|\bwhat can (i|we) do for you\b")
_OPEN = re.compile(
    r"^(\w+ ){0,3}?(what|which|who|whom|whose|when|where|how)\b"
    r"|\btell me (what|which|who|when|where)\b"
)
_PROPOSAL = re.compile(
    r"\b(shall|should) (i|we)\b"
    r"|\b(may|can) (i|we) (go|proceed|cancel|book|change|refund|process|do)\b"
    r"|\bdo you (want|wish|agree|confirm|accept|approve|consent)\b|\bwould you (like|prefer)\b"
    r"|\bdo (i|we) have your (permission|consent|approval|confirmation|agreement)\b"
    r"|\b(is|are|was) (that|this|it|these|all this|everything) "
    r"(ok|okay|right|correct|fine|all right|alright|acceptable|good)\b"
    r"|\bare you (ok|okay|sure|happy|fine|certain)\b|\byes (or )?no\b|\b(go ahead|proceed)\b"
    r"|\bif (that|this) (is|s) (ok|okay|fine|alright|all right|acceptable)\b"
    r"|\b(if|whether) you (agree|approve|confirm|want me to|would like me to|d like me to)\b"
    r"|\blet me know if you (want|wish|would like|d like)\b"
    r"|\b(reply|answer|say|type|respond)( with)? yes\b|\bconfirm (that|this|you|to|if|these|by)\b"
)
_CONFIRM = re.compile(r"\b(confirm|confirmation|agree|approve)\b")
_ASKING = re.compile(
    r"\b(please(?! (wait|hold|note|bear|be|stand by))|could you|can you|would you|will you"
    r"|(may|can|could) (i|we) (have|get|ask|know|see)"
    r"|(i|we|i ll|we ll)( will| would| do)?( also)? need"
    r"|need your|tell me|give me|send me|provide|let me know|required?|asking for|try"
    r"|(like|want|need|ask) you to|you (should|need to|must|have to|can))\b"
)
_IMPERATIVE = re.compile(
    r"^(please |now |next |then |first |second |finally |also |and |ok |okay |great |thanks "
    r"|thank you )*"
    r"(turn|switch|toggle|restart|reboot|check|run|set|reset|disable|enable|open|go|take|remove|put"
    r"|reinsert|reseat|look|make|change|disconnect|deactivate|activate|connect|pay)\b"
)
_ACTING = re.compile(
    r"\b(turn|switch|toggle|set|enable|disable|activate|deactivate|reset|restore|restart|reboot|reinsert"
    r"|reseat|remove|insert|put|take|make sure|ensure|change|pay|connect|disconnect|unlock)\b"
)
_OWN = re.compile(
    r"\b(shall|should|may|can|could) (i|we)\b|\b(like|want) (me|us) to\b"
    r"|\b(i|we) (will|ll|have|am|are)\b"
)
_LOOKING = re.compile(
    r"\b(check|look|see|run|test|try|open|read|whether|if|what|which|is|are|does|do you|has"
    r"|have you|shows?|works?)\b"
)
_LOOKING_ON = re.compile(r"\b(check|look|see|run|test|try|open|read|tell|whether|what|which)\b")
"""In a later clause: `make sure that the data saver is off and the VPN is disconnected` acts on."""
_REFUSAL = re.compile(
    r"\b(cannot|can t|can not|unable|impossible|won t|will not be|ineligible|unfortunately"
    r"|refuse|sorry"
    r"|(not|isn t|aren t|wasn t|never) (\w+ )?"
    r"(able|possible|allowed|permitted|eligible|covered|available|refundable|returnable)"
    r"|(does not|doesn t|do not|don t|did not|didn t) "
    r"(allow|permit|cover|qualify|offer|accept|match|agree)"
    r"|non refundable|declin\w+|against (our|the) policy|outside (of )?(our|the|its)"
    r"|has (passed|expired))\b"
)
_SETTLED = re.compile(
    r"\b(done|completed?|cancell?ed|processed|refunded|booked|changed|updated|exchanged|issued"
    r"|resolved|confirmed|credited|added|removed|transferr(ed|ing)|transfer you|taken care of"
    r"|all set|success\w*|created|deleted|sent|enabled|disabled|fixed|working again"
    r"|that is all|that s all|everything)\b"
)
_BULLET = re.compile(r"\s*\n\s*(?:[-*•]|\(?\d{1,2}[.)])\s+")
_SENTENCE = re.compile(r"[^.?!;\n]*(?:[.?!;](?=\S)[^.?!;\n]*)*[.?!;\n]?")
_CLAUSE = re.compile(r" (?:and then|and also|and|then|before|after that|after) |\s*,\s*")


class Heard(msgspec.Struct, frozen=True):
    """What was understood of one message of an agent."""

    asked: tuple[str, ...] = ()
    """Names of facts, in the order in which they were asked for."""
    gestures: tuple[int, ...] = ()
    """Positions in `script.gestures`, in the order in which they were asked for."""
    proposals: tuple[str, ...] = ()
    """Sentences that want a yes or no, normalised."""
    unknown: int = 0
    """Questions that are about nothing the user knows."""
    guidance: bool = False
    """Whether something was to be done that the user has no gesture for."""
    offers: bool = False
    """Whether the agent asks what it can do."""
    closing: bool = False
    refused: bool = False
    settled: bool = False

    @property
    def calls_for_answer(self) -> bool:
        """Whether anything was asked."""
        asks = self.asked or self.gestures or self.proposals or self.unknown
        return bool(asks or self.offers or self.guidance)


def hear(text: str, script: Script) -> Heard:
    """Read one message of an agent by the rules above. Any text is read; none raises."""
    asked: list[str] = []
    gestures: list[int] = []
    proposals: list[str] = []
    unknown = 0
    offers = closing = refused = settled = guidance = False
    facts = _phrases_of(script.facts)
    for sentence, question in sentences(text):
        closing = closing or bool(_CLOSING.search(sentence))
        refused = refused or bool(_REFUSAL.search(sentence))
        if question and _CLOSING.search(sentence):
            continue
        if _OFFER.search(sentence):
            offers = True
            continue
        opened = bool(_OPEN.search(sentence)) and (question or bool(_ASKING.search(sentence)))
        proposed = bool(_PROPOSAL.search(sentence)) and not opened
        asking = question or bool(_ASKING.search(sentence))
        guided = bool(script.gestures) and bool(_IMPERATIVE.search(sentence))
        if not (asking or proposed or guided):
            settled = settled or bool(_SETTLED.search(sentence))
            continue
        named = _named(sentence, facts)
        own = bool(_OWN.search(sentence))
        acts = [] if named or own else _gestures(sentence, script.gestures)
        if proposed and not acts and not (named and _is_choice(sentence)):
            proposals.append(sentence)
        elif acts:
            gestures += acts
        elif named and (asking or proposed):
            asked += named
        elif _CONFIRM.search(sentence):
            proposals.append(sentence)
        elif guided:
            guidance = True
        elif question:
            unknown += 1
        else:
            settled = settled or bool(_SETTLED.search(sentence))
    return Heard(
        tuple(dict.fromkeys(asked)),
        tuple(gestures),
        tuple(proposals),
        unknown,
        guidance,
        offers,
        closing,
        refused,
        settled,
    )


def sentences(text: str) -> list[tuple[str, bool]]:
    """The sentences of a text, normalised, each with whether it is a question."""
    text = _BULLET.sub(", ", text[:20_000].replace("\r", "\n"))
    text = re.sub(r":\s*\n+\s*", ": ", text)
    found = []
    for match in _SENTENCE.finditer(text):
        sentence = normalised(match[0])
        if sentence:
            found.append((sentence, match[0].rstrip().endswith("?")))
    return found


def normalised(text: str) -> str:
    """Lower case, no accents, words apart: `What's the orderId?` -> `what s the order id`."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", text)
    text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w,$@]|_", " ", text).replace(",", " , ").split()).strip(" ,")


def contains(sentence: str, phrase: str) -> bool:
    """Whether the words of `phrase` stand one after another in a normalised sentence."""
    return f" {phrase} " in f" {sentence} "


@lru_cache(maxsize=65_536)
def phrases(name: str) -> tuple[str, ...]:
    """The phrases by which a parameter of this name is asked for, the longest first."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    base = " ".join(re.sub(r"[\W_]+", " ", name).casefold().split())
    found = [base] if base else []
    noun, _, last = base.rpartition(" ")
    if noun and last in ("id", "ids", "identifier", "number", "code", "arn", "key"):
        found += [f"{noun} {word}" for word in _NAMINGS] + [f"which {noun}", f"what {noun}"]
    elif base:
        found += [f"{base}s"] if not base.endswith("s") else [base.removesuffix("s")]
    return tuple(dict.fromkeys(found))


_NAMINGS = ("id", "identifier", "number", "code", "reference", "no")


def _phrases_of(facts: Iterable[Fact]) -> list[tuple[str, str]]:
    return _collected(tuple((fact.name, fact.words) for fact in facts))


@lru_cache(maxsize=4_096)
def _collected(named: tuple[tuple[str, tuple[str, ...]], ...]) -> list[tuple[str, str]]:
    """(phrase, fact) of all facts, the longest phrases first."""
    found = [
        (words, name)
        for name, more in named
        for words in (*phrases(name), *map(normalised, more))
        if words
    ]
    return sorted(found, key=lambda pair: (-pair[0].count(" "), -len(pair[0])))


def _named(sentence: str, facts: list[tuple[str, str]]) -> list[str]:
    """The facts that a sentence names, in its order. A word counts for one phrase only."""
    rest, found = f" {sentence} ", []
    for words, name in facts:
        at = rest.find(f" {words} ")
        if at >= 0:
            found.append((at, name))
            rest = rest.replace(f" {words} ", " " + "\0" * len(words) + " ")
    return [name for _, name in sorted(found)]


def _is_choice(sentence: str) -> bool:
    return contains(sentence, "or") and not contains(sentence, "yes or no")


def _gestures(sentence: str, gestures: tuple[Gesture, ...]) -> list[int]:
    """The gestures that a sentence asks for, clause by clause.

    "Is airplane mode on?" looks, "turn airplane mode on" acts; a clause with no verb goes on as the
    one before it, and without a thing, too: "turn airplane mode off, then on again".
    """
    found: list[int] = []
    things: tuple[str, ...] = ()
    looks = False
    for clause in _CLAUSE.split(sentence) if gestures else ():
        acting = _ACTING.search(clause)
        looking = (_LOOKING_ON if found else _LOOKING).search(clause)
        looks = not acting if acting or looking else looks
        own = [(i, g) for i, g in enumerate(gestures) if g.looks == looks]
        fitting = [(i, g) for i, g in own if _fits(clause, g)]
        if not fitting:
            carried = [(i, g) for i, g in own if g.needs[:1] == things and len(g.needs) > 1]
            fitting = [(i, g) for i, g in carried if all(_any(clause, n) for n in g.needs[1:])]
        if fitting:
            most = max(len(g.needs) for _, g in fitting)  # the most specific ones
            best = [(i, g) for i, g in fitting if len(g.needs) == most]
            if found[-1:] != [best[0][0]]:  # "take the SIM out and put it back" is one thing
                found.append(best[0][0])
            things = best[0][1].needs[:1]
    return found


def _fits(clause: str, gesture: Gesture) -> bool:
    return all(_any(clause, need) for need in gesture.needs)


def _any(clause: str, need: str) -> bool:
    return any(contains(clause, word) for word in need.split("|"))
