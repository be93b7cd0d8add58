"""Permission bits in the language of `chmod`: octal numbers and symbolic clauses.

    new_mode("u+x,go-w", 0o664) == 0o744

After POSIX.1-2017, utility `chmod`. The user's mask is 022, as everywhere in a sandbox.
"""

from __future__ import annotations

import re

UMASK = 0o022
_WHO = {"u": 0o4700, "g": 0o2070, "o": 0o1007, "a": 0o7777}
_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)\Z")
_STEP = re.compile(r"([-+=])([rwxXstugo]*)")


def new_mode(text: str, old: int, folder: bool = False) -> int:
    """The bits after applying a mode's text to old bits.

    Raises:
        ValueError: the text is no mode.
    """
    if re.fullmatch(r"[0-7]{1,4}", text):
        return int(text, 8)
    mode = old
    for part in text.split(","):
        clause = _CLAUSE.match(part)
        if clause is None:
            raise ValueError(text)
        who, steps = clause.groups()
        mask = 0
        for letter in who or "a":
            mask |= _WHO[letter]
        for sign, letters in _STEP.findall(steps):
            bits = _bits(letters, mode, folder) & mask
            if not who:
                bits &= ~UMASK
            if sign == "+":
                mode |= bits
            elif sign == "-":
                mode &= ~bits
            else:
                mode = (mode & ~(mask & 0o777)) | bits
    return mode


def _bits(letters: str, mode: int, folder: bool) -> int:
    if letters in ("u", "g", "o"):  # as another class has it
        triple = mode >> {"u": 6, "g": 3, "o": 0}[letters] & 7
        return triple * 0o111
    bits = 0
    for letter in letters:
        if letter == "X":
            bits |= 0o111 if folder or mode & 0o111 else 0
        else:
            bits |= {"r": 0o444, "w": 0o222, "x": 0o111, "s": 0o6000, "t": 0o1000}[letter]
    return bits
