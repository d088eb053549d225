"""`POST /v1/search` (floor 5)."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter

from api.deps import ServicesDep, WorkspaceDep
from api.schemas.asking import SearchBody
from proviso.wire import to_data
from records.catalog import documents

router = APIRouter(prefix="/v1", tags=["search"])


@router.post("/search")
async def search(body: SearchBody, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """Chunk spans, best first; with `expand: clause`, grown to their clause and merged. `routed_to`: the documents that the question
    names, to which the search kept, and by what it names them."""
    started = time.perf_counter()
    scope = await services.catalog.read(documents.resolve_scope, body.scope(workspace))
    found = await services.passages.hits(body.query, scope, body.limit, grow=body.expand == "clause")
    return {
        "items": [to_data(hit) for hit in found.items],
        "routed_to": [to_data(route) for route in found.routed_to],
        "reranked": found.reranked,
        "not_reranked": found.not_reranked,
        "rewritten": found.rewritten,
        "not_rewritten": found.not_rewritten,
        "took_ms": round(1000 * (time.perf_counter() - started)),
    }
