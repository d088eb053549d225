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
FORWARDING = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "cf-connecting-ip"}
)
FORWARDING_PREFIXES = ("x-forwarded", "x-original-forwarded")


def workspace_of(request: Request, allowed_hosts: tuple[str, ...]) -> str:
    """The workspace this request acts in. Raises Unauthorized or Forbidden with a sentence that says why."""
    if not request.client or not _is_loopback(request.client.host):
        raise Unauthorized("This service has no API keys yet and answers only programs on its own machine.")
    if name := next((header for header in request.headers if _forwards(header)), None):
        raise Forbidden(
            f"The header {name} says that this request was forwarded; without API keys only direct requests are answered."
        )
    said = request.headers.get("host", "").lower()
    host = _hostname(said)
    if not host or host not in {allowed.lower() for allowed in allowed_hosts}:
        raise Forbidden(f"The host {host!r} is not allowed; add it to PROVISO_ALLOWED_HOSTS to allow it.")
    origin = request.headers.get("origin")
    if origin is not None and _authority(origin) != said:
        raise Forbidden(f"Requests from the page at {origin!r} are not allowed.")
    return LOCAL_WORKSPACE


def _is_loopback(address: str) -> bool:
    """Also ::ffff:127.0.0.1, which is how a socket for both families sees a loopback peer."""
    try:
        peer = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    mapped = peer.ipv4_mapped if isinstance(peer, ipaddress.IPv6Address) else None
    return (mapped or peer).is_loopback


def _forwards(header: str) -> bool:
    return header in FORWARDING or header.startswith(FORWARDING_PREFIXES)


def _authority(origin: str) -> str | None:
    """Host and port of an origin; None when it has none ("null") or cannot be read."""
    try:
        return urlsplit(origin.lower()).netloc or None
    except ValueError:
        return None


def _hostname(host: str) -> str:
    if host.startswith("["):
        return host.split("]", maxsplit=1)[0] + "]"
    return host.rsplit(":", 1)[0] if ":" in host else host
