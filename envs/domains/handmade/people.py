"""Seeded people for hand-made worlds: names, addresses and dates, from short lists of our own."""

from __future__ import annotations

import random
from datetime import date, timedelta

_GIVEN = (
    "Ada", "Amir", "Anika", "Bela", "Bruno", "Carla", "Chidi", "Dana", "Dario", "Elif", "Emil",
    "Esther", "Farid", "Fiona", "Gita", "Goran", "Hanna", "Hugo", "Ines", "Ivan", "Jana", "Joel",
    "Kamal", "Kira", "Lena", "Luis", "Maia", "Marek", "Nadia", "Nils", "Olga", "Omar", "Paula",
    "Petra", "Quentin", "Rana", "Rui", "Selma", "Simon", "Tamar", "Theo", "Ula", "Uwe", "Vera",
    "Viktor", "Wanda", "Xenia", "Yara", "Yusuf", "Zoe",
)  # fmt: skip
_FAMILY = (
    "Abel", "Adler", "Baran", "Bianchi", "Castro", "Cohen", "Dahl", "Duarte", "Eklund", "Eze",
    "Farkas", "Ferrer", "Gruber", "Gupta", "Haddad", "Holm", "Ibarra", "Ivanov", "Jensen", "Jovic",
    "Kaplan", "Keller", "Larsen", "Lindt", "Malik", "Moreau", "Nagy", "Novak", "Okoye", "Olsen",
    "Pavlov", "Pereira", "Quispe", "Rahman", "Rossi", "Sato", "Silva", "Tanaka", "Toth", "Ueda",
    "Urban", "Vidal", "Vogel", "Weber", "Wolski", "Yilmaz", "Young", "Zanetti", "Zeman", "Ziegler",
)  # fmt: skip
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_MIXED = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def full_name(rng: random.Random) -> str:
    """A given and a family name."""
    return f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}"


def email(name: str, number: int) -> str:
    """An address at a domain that is reserved for examples."""
    return f"{'.'.join(name.lower().split())}{number}@mail.example"


def birthday(rng: random.Random, *, youngest: int = 18, oldest: int = 85) -> str:
    """A date of birth, ISO 8601."""
    return str(date(2026, 1, 1) - timedelta(days=rng.randrange(youngest * 366, oldest * 365)))


def code(rng: random.Random, taken: set[str], length: int = 6) -> str:
    """A code that is not taken: letters and digits, a letter first and a digit last."""
    while True:
        middle = "".join(rng.choices(_MIXED, k=length - 2))
        made = rng.choice(_LETTERS) + middle + rng.choice("23456789")
        if made not in taken:
            taken.add(made)
            return made


def long_date(iso: str) -> str:
    """How people say a date: `2026-03-05` -> `March 5`."""
    day = date.fromisoformat(iso[:10])
    return f"{day.strftime('%B')} {day.day}"
