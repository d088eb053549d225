"""`Idempotency-Key` on creating POSTs (floor 5): the stored answer again, 409 while the first still runs, 422 for another body."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from api.wiring import Services
from proviso.errors import InvalidRequest
from records.catalog import idempotency

LONGEST_KEY = 255
Made = tuple[int, dict[str, Any]]
"""HTTP status and JSON body of what was created."""


def body_hash(data: Any) -> str:
    """SHA-256 over the canonical JSON of a body (for uploads: its fields and the hashes of its files)."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


async def once(
    request: Request, services: Services, workspace: str, body: Any, make: Callable[[], Awaitable[Made]]
) -> Response:
    """`make()` once per key: its answer is stored and given again for the same key and body. A failed `make` frees the key."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return _response(await make())
    if not 0 < len(key) <= LONGEST_KEY:
        raise InvalidRequest(f"Idempotency-Key must have 1 to {LONGEST_KEY} characters.")
    route = f"{request.method} {request.url.path}"
    holder = services.settings.executor_id
    stored = await services.catalog.write(idempotency.begin, workspace, route, key, body_hash(body), holder)
    if stored is not None:
        return _response((stored.status, stored.body), {"Idempotent-Replay": "true"})
    try:
        made = await make()
    except BaseException:
        await services.catalog.write(idempotency.forget, workspace, route, key)
        raise
    await services.catalog.write(idempotency.finish, workspace, route, key, *made)
    return _response(made)


def _response(made: Made, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(made[1], made[0], headers)
