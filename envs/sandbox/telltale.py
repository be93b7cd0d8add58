"""Words by which bashkit gives itself away: an agent should meet a plain machine."""

from __future__ import annotations

import re

from .programs.arguments import Refusal, Run, parse
from .protocol import Invocation, Result

KERNEL = "6.1.0-28-amd64"
BUILD = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)"
_OS = (
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nID=debian\n'
    'VERSION_ID="12"\nVERSION="12 (bookworm)"\nHOME_URL="https://www.debian.org/"'
)
_REPLACED: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern, re.M), word)
    for pattern, word in (
        (r"^Bashkit [\d.]+ \(virtual bash interpreter\)", "GNU bash, version 5.2.15(1)-release"),
        (r'^PRETTY_NAME="Bashkit.*\n(?:.*=.*\n)*?HOME_URL=.*', _OS.replace("\\", r"\\")),
        (r"^Linux version \S+ \(bashkit\).*", f"Linux version {KERNEL} {BUILD}"),
        (r"^Bashkit builtin commands:", "These shell commands are defined internally."),
        (r"command not found\. .*", "command not found"),
        (r"\bbashkit-vfs\b", "overlay    "),
        (r"^# bashkit builtin: .*\n", ""),
        (r"^BASHKIT_\w+=.*\n?", ""),
        (r'^declare -x BASHKIT_\w+=.*\n?', ""),
        (r"curl: network access not configured\n(?:URL: .*\n)?(?:Note: .*\n?(?:URL allow.*\n?)?)?",
         "curl: (6) Could not resolve host\n"),
        (r" \(monty\)", ""),
        (r'\[5\]="virtual"', '[5]="x86_64-pc-linux-gnu"'),
        (r" in the sandbox\b", ""),
        (r"\bresource limit exceeded: (?:execution budget exhausted: )?", "limit exceeded: "),
        (r"\b[Bb]ashkit(?:-sandbox)?\b", "bash"),
    )
]  # fmt: skip
_TRIGGER = re.compile(
    r"bashkit|sandbox|monty|\"virtual\"|command not found\. |resource limit|network access", re.I
)


def plain(text: str) -> str:
    """The text as a plain machine would have printed it."""
    if not text or _TRIGGER.search(text) is None:
        return text
    for pattern, word in _REPLACED:
        text = pattern.sub(word, text)
    return text


def uname(hostname: str, call: Invocation) -> Result:
    """The program `uname` of a plain machine."""
    parts = {
        "s": "Linux", "n": hostname, "r": KERNEL, "v": BUILD, "m": "x86_64",
        "p": "unknown", "i": "unknown", "o": "GNU/Linux",
    }  # fmt: skip
    long = {
        "kernel-name": "s", "nodename": "n", "kernel-release": "r", "kernel-version": "v",
        "machine": "m", "operating-system": "o", "all": "a",
    }  # fmt: skip
    run = Run("uname", call)
    try:
        given = parse(call.argv[1:], "asnrvmpio", "", long)
        if given.operands:
            raise Refusal(f"extra operand '{given.operands[0]}'")
    except Refusal as refusal:
        run.fail(str(refusal))
        return run.result()
    letters = "snrvmo" if "a" in given else "".join(given.flags) or "s"
    run.say(" ".join(value for letter, value in parts.items() if letter in letters))
    return run.result()
