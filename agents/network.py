"""How requests leave this machine: proxies and certificates from the environment, checked first.

A server on this machine is never asked through a proxy. What is wrong in the environment is said in
one line that names the variable, before anything is asked.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from ..envs.core import UsageError
from .secrets import hide

__all__ = ["check_surroundings", "is_loopback", "open_client", "proxy_used", "spare_loopback"]

_SCHEMES = ("http", "https", "socks4", "socks5", "socks5h")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def open_client(openai: Any, url: str, timeout: float) -> Any:
    """The HTTP client for a server: OpenAI's own, without a proxy where the server is local.

    Args:
        openai: the `openai` package.
        url: where the server is.
        timeout: seconds for one call.

    Raises:
        UsageError: the address, or a variable that clients read, cannot be used.
    """
    check_surroundings(url)
    try:
        return openai.DefaultAsyncHttpxClient(
            base_url=url, timeout=timeout, trust_env=not is_loopback(url)
        )
    except (ImportError, OSError, ValueError, UnicodeError, ssl.SSLError) as error:
        raise UsageError(f"no connection to {hide(url)} can be made: {hide(str(error))}") from None
    except Exception as error:  # InvalidURL and others of the HTTP library's own
        raise UsageError(f"{hide(url)} cannot be used: {hide(str(error))}") from None


def check_surroundings(url: str = "") -> None:
    """Check what a client would read from the environment.

    Args:
        url: where the server is; empty where only a library knows it.

    Raises:
        UsageError: it cannot be used; the message names the variable.
    """
    parts = urlsplit(url or "https://anywhere")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f"{hide(url)!r} is no address; expected one such as http://localhost:8000/v1"
        )
    if is_loopback(url):
        return
    for name in _CERTIFICATES if parts.scheme == "https" else ():
        path = os.environ.get(name)
        if path and not os.path.exists(path):
            raise UsageError(f"{name} names {path}, which does not exist; correct or unset it")
        if path and os.path.isfile(path):
            try:
                ssl.create_default_context(cafile=path)
            except (ssl.SSLError, OSError) as error:
                reason = str(error).partition("\n")[0]
                raise UsageError(
                    f"{name} names {path}, which holds no certificates: {reason}"
                ) from None
    for name, value in _proxies():
        scheme = urlsplit(value if "://" in value else f"http://{value}").scheme
        if scheme not in _SCHEMES:
            raise UsageError(
                f"{name} is {hide(value)!r}; expected an address such as http://proxy:8080"
            )
        if scheme.startswith("socks") and not _has_socks():
            raise UsageError(
                f"{name} names a SOCKS proxy ({hide(value)}), which needs the package `socksio`: "
                "pip install socksio, or unset it"
            )


def _proxies() -> list[tuple[str, str]]:
    found = []
    for name in _PROXIES:
        for spelt in (name, name.lower()):
            if value := os.environ.get(spelt):
                found.append((spelt, value))
    return found


def _has_socks() -> bool:
    from importlib.util import find_spec

    return find_spec("socksio") is not None


def proxy_used(url: str) -> str:
    """The proxy between here and a server, with a word before it; empty where there is none."""
    parts = urlsplit(url)
    spared = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    if is_loopback(url) or not parts.hostname or "*" in spared.split(","):
        return ""
    if proxy_bypass(parts.hostname):
        return ""
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return f" through the proxy {hide(proxy)}" if proxy else ""


def spare_loopback(url: str) -> None:
    """Let every client in this process reach a local server without a proxy.

    For libraries that read the environment themselves (LiteLLM); a no-op for any other address.
    """
    if not is_loopback(url) or not _proxies():
        return
    host = urlsplit(url).hostname or ""
    for name in ("NO_PROXY", "no_proxy"):
        spared = [each for each in os.environ.get(name, "").split(",") if each]
        if host not in spared and "*" not in spared:
            os.environ[name] = ",".join([*spared, host])
