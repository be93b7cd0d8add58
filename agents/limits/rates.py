"""`--rpm 500`, `--rpm openai=500 --rpm anthropic=50`: what providers allow in a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from ...envs.core import UsageError

Rates = int | Mapping[str, int] | None
"""One number for each provider, or numbers by provider; "" is every provider not named."""

_OWN = {"https://api.openai.com": "openai", "https://api.anthropic.com": "anthropic"}


def parse_rates(option: str, given: Sequence[str] | None) -> dict[str, int]:
    """Read the values of an option such as `--rpm`.

    Args:
        option: the option's name, for messages.
        given: each `N` or `PROVIDER=N`.

    Raises:
        UsageError: a value is not of that form, or names a provider twice.
    """
    rates: dict[str, int] = {}
    for text in given or ():
        name, _, number = text.rpartition("=")
        digits = number.replace(",", "").replace("_", "")
        if not digits.isdigit() or int(digits) < 1:
            raise UsageError(
                f"{option} {text!r}: expected a whole number from 1, or one for a provider, such "
                f"as {option} openai=500"
            )
        if name in rates:
            raise UsageError(f"{option} is given twice for {name or 'every provider'}")
        rates[name] = int(digits)
    return rates


def normalize_rates(option: str, rates: Rates) -> dict[str, int]:
    """Rates by provider.

    Raises:
        UsageError: a rate is not a positive whole number.
    """
    by_name = {"": rates} if isinstance(rates, int) else dict(rates or {})
    for name, rate in by_name.items():
        if isinstance(rate, bool) or not isinstance(rate, int) or rate < 1:
            about = f" for {name}" if name else ""
            raise UsageError(f"{option}{about} is {rate!r}; expected a whole number from 1")
    return by_name


def rate_of(provider: str, rates: Mapping[str, int]) -> int | None:
    """The rate of a provider: by its name, its host with the port, its host, or the one for all."""
    names = [provider]
    if "://" in provider:
        parts = urlsplit(provider)
        names += [parts.netloc, parts.hostname or ""]
    return next((rates[name] for name in names if name and name in rates), rates.get(""))


def provider_at(url: str) -> str:
    """The provider's name for an address: scheme and host, or the short name of a known one."""
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return _OWN.get(address, address)
