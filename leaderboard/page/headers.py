"""What keeps a page of other people's texts harmless: headers, and who may ask.

The policy is `policy.POLICY`. The Host header is checked, so a foreign site whose name is pointed
at this machine reads nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .policy import POLICY

_HEADERS = {
    "content-security-policy": f"{POLICY}; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guarded:
    """An application that answers to known hosts only, with the headers on every answer.

    Args:
        app: the application.
        hosts: names it may be asked by, beside `localhost`, this machine's own, and any address in
            numbers (a name is needed to lead a browser astray).
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = ()) -> None:
        self.app = app
        own = socket.gethostname().lower()
        self.hosts = {"localhost", own, *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    *((name.encode(), value.encode()) for name, value in _HEADERS.items()),
                ]
            await send(message)

        named = [value for name, value in scope["headers"] if name == b"host"]
        if len(named) == 1 and self._known(named[0].decode("latin-1")):
            await self.app(scope, receive, with_headers)
            return
        problem = {"error": "this page does not answer to that host name; open it by its address"}
        await JSONResponse(problem, 421)(scope, receive, with_headers)

    def _known(self, host: str) -> bool:
        name = host.lower()
        if name.startswith("["):
            name = name[1:].partition("]")[0]
        else:
            name = name.rpartition(":")[0] or name
        if name in self.hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
