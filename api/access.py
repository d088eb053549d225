"""Who may come in (floor 5). While no key exists, only a loopback peer acts, as workspace `local` (API.md, Auth).

Three things a web page or a proxy could do with a loopback port are refused: a foreign Host (DNS rebinding), a foreign Origin, and a
forwarding header, which says that the peer is not the user.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request

from proviso.errors import Forbidden, Unauthorized

LOCAL_WORKSPACE = "local"
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def workspace_of(request: Request, allowed_hosts: tuple[str, ...]) -> str:
    """The workspace this request acts in. Raises Unauthorized or Forbidden with a sentence that says why."""
    if not request.client or not _is_loopback(request.client.host):
        raise Unauthorized("This service has no API keys yet and answers only programs on its own machine.")
    if name := next((header for header in FORWARDING if header in request.headers), None):
        raise Forbidden(
            f"The header {name} says that this request was forwarded; without API keys only direct requests are answered."
        )
    host = _hostname(request.headers.get("host", ""))
    if host not in allowed_hosts:
        raise Forbidden(f"The host {host!r} is not allowed; add it to PROVISO_ALLOWED_HOSTS to allow it.")
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Forbidden(f"Requests from the page at {origin} are not allowed.")
    return LOCAL_WORKSPACE


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        return False


def _hostname(host: str) -> str:
    if host.startswith("["):
        return host.split("]", maxsplit=1)[0] + "]"
    return host.rsplit(":", 1)[0] if ":" in host else host
