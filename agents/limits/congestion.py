"""How many calls at once a provider takes: additive increase, multiplicative decrease.

A run begins with few calls and doubles them while all is well (slow start). Each burst that meets
a rejection (429, 503 overloaded, 529) counts once: everything pauses, one call probes, slow start
leads up to half of what failed, and from there it is one more at a time, below the level that
failed. Only after a while without a rejection is that level tried again.

A server of one's own may not reject anything and drown. So the number is halved, too, where calls
time out, and where latency grows far beyond its best (see `latency.py`).
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

from .latency import Latency
from .levels import Levels
from .pace import Pace
from .sent import Sent

START = 4
"""Calls at once in the beginning."""
_DOUBLE_EVERY = 1.0
"""Seconds within which the number of calls may double once."""
_EAGER_EVERY = 0.5
"""The same without a reply yet, where a provider is known to reject what it does not take."""
_FEW = 4
"""Calls accepted between two rejections that look like a limit on calls in a time."""


@dataclass(slots=True)
class Congestion:
    """What is known of one provider. Times are seconds of any steady clock.

    Args:
        most: the upper bound.
        first: the first pause where the provider names none; doubled from probe to probe.
        longest: the longest pause, also where the provider asks for more.
        eager: whether to add calls before the first replies have come.
    """

    most: int
    first: float = 1.0
    longest: float = 60.0
    eager: bool = False
    allowed: float = START
    paused_until: float = -math.inf
    rejections: int = 0
    """Rejected calls in all."""
    accepted: int = 0
    failures: int = 0
    """Bursts in a row that were rejected, with no call accepted between."""
    usual: float = START
    """A moving average of `allowed`."""
    pace: Pace = field(default_factory=Pace)
    _epoch: int = 0
    _probing: bool = False
    _probe_out: bool = False
    _passes: float = math.inf
    """When the probe counts as accepted, if it was not rejected until then."""
    _verdict: float = 0.0
    """The longest that a rejection took to come."""
    _threshold: float = math.inf
    _levels: Levels = field(default_factory=Levels)
    _accepted_before: int = 0
    _limited: bool = False
    """Whether the last rejection looked like that of a limit in time."""
    _outage: bool = False
    """Whether two in a row did."""
    _grown: float = math.inf
    _doubling: tuple[float, float] = (-math.inf, START)
    _latency: Latency = field(default_factory=Latency)

    def __post_init__(self) -> None:
        self.allowed = self.usual = min(START, self.most)

    def wait(self, now: float, running: int) -> float:
        """Seconds until a call may be sent; infinite: until another one has ended."""
        if now < self.paused_until:
            return self.paused_until - now
        if self._probing:
            if not self._probe_out:  # what failed must not be what is under way anyhow
                return math.inf if running >= self._levels.cap else 0.0
            if now < self._passes:
                return self._passes - now
            self._end_probe(now)
        if running >= int(self.allowed):
            delay = self._double(now)
            if delay:
                return delay
            if running >= int(self.allowed):  # older calls that are still under way
                return _DOUBLE_EVERY
        return self.pace.wait(now)

    def send(self, now: float, running: int) -> Sent:
        """Note that a call is sent, while others are running."""
        if self._doubling[0] == -math.inf:
            self._doubling = (now, self.allowed)
        probe = self._probing
        if probe:
            self._probe_out, self._passes = True, now + max(1.0, 3 * self._verdict)
        self.pace.send(now)
        return Sent(now, self._epoch, running + 1, probe)

    def accept(self, sent: Sent, now: float, tokens: int) -> None:
        """Note a reply, and how many tokens it has."""
        self.accepted += 1
        self.usual += (self.allowed - self.usual) / 16
        if sent.epoch != self._epoch:
            return
        self.failures = 0
        if self._outage:  # only now is it known how long it took
            self.pace.learn(now, self.accepted - 1)
            self._outage = False
        if sent.probe and self._probing:
            self._end_probe(now)
        self._levels.accept(sent.level, now, self.accepted)
        self.pace.speed_up()
        if sent.level * 2 >= self.allowed:
            self._grow(now)
        if self._latency.is_too_long(now - sent.when, tokens):
            self.slow_down(sent)

    def reject(
        self, sent: Sent, now: float, after: float | None, *, overloaded: bool = False
    ) -> None:
        """Note a rejection, and for how long the provider asks to wait.

        Args:
            overloaded: whether that is the reason, and no limit of ours.
        """
        self.rejections += 1
        self._verdict = max(self._verdict, min(now - sent.when, 10.0))
        if after is not None:
            self.paused_until = max(self.paused_until, now + min(after, self.longest))
        if sent.epoch != self._epoch:  # of a burst that counted already
            if sent.epoch == self._epoch - 1:
                self._levels.lower(sent.level)
            return
        self._learn(sent, now, after, overloaded)
        self.failures += 1
        self._epoch += 1
        if not sent.probe:
            self._threshold = max(1.0, min(sent.level, self.allowed) / 2, self._levels.proven / 2)
        self.allowed, self._probing, self._probe_out = 1.0, True, False
        self._latency.start_round()
        backed_off = self.first * 2.0 ** min(self.failures - (1 if after is None else 2), 30)
        if after is None or self.failures > 1:
            pause = min(self.longest, backed_off * random.uniform(1.0, 1.2))
            self.paused_until = max(self.paused_until, now + pause)

    def slow_down(self, sent: Sent) -> None:
        """Halve the number of calls: they take too long, or time out."""
        if sent.epoch != self._epoch:
            return
        self._epoch += 1
        self.allowed = self._threshold = max(1.0, self.allowed / 2)
        self._latency.start_round()

    def drop(self, sent: Sent) -> None:
        """Note that a call ended in a way that says nothing of limits."""
        if sent.probe and sent.epoch == self._epoch:
            self._probe_out = False

    def _end_probe(self, now: float) -> None:
        """A probe got a reply, or no rejection in the time in which rejections come."""
        self._probing = self._probe_out = False
        self._doubling = (now, self.allowed)

    def _double(self, now: float) -> float:
        """Slow start without replies, where rejections are known to come at once.

        Returns:
            Seconds until it goes on; 0 if it just did; infinite if it waits for replies.
        """
        most = min(self.most, self._levels.cap, self._threshold)
        if not (self.eager or self.rejections) or int(self.allowed) >= int(most):
            return math.inf
        since, _ = self._doubling
        every = _DOUBLE_EVERY if self.rejections else _EAGER_EVERY
        if now < since + every:
            return since + every - now
        self.allowed = min(most, self.allowed * 2)
        self._doubling = (now, self.allowed)
        return 0.0

    def _learn(self, sent: Sent, now: float, after: float | None, overloaded: bool) -> None:
        """Tell a limit on calls at once from one on calls in a time.

        The former rejects at the level where it rejected before; the latter anywhere, and it goes
        on to reject what follows, or says until when.
        """
        levels, since = self._levels, self.accepted - self._accepted_before
        known, few = levels.is_known_to_fail(sent.level), since < _FEW
        limited = not overloaded and (sent.probe or few or (after or 0) >= 1)
        if known or sent.probe or not limited:
            levels.reject(sent.level, probe=sent.probe)
        self._outage = self._outage or (limited and self._limited and not (known and few))
        self._limited = limited
        self._accepted_before = self.accepted
        levels.wait_for_calm(now, self.accepted, since)

    def _grow(self, now: float) -> None:
        most = max(1.0, min(self.most, self._levels.cap))
        if self._threshold == math.inf:
            since, base = self._doubling
            if now - since >= _DOUBLE_EVERY or base > self.allowed:
                base = self.allowed
                self._doubling = (now, base)
            self.allowed = min(self.allowed + 1, base * 2, most)
        elif self.allowed < self._threshold:
            self.allowed = min(self.allowed + 1, max(self._threshold, 2), most)
        else:  # one more in each round of calls, or in a second where a round takes longer
            gain = max(1 / self.allowed, min(1.0, now - self._grown))
            self.allowed = min(self.allowed + gain, most)
        self._grown = now
