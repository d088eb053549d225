"""Health, readiness, metrics, what this service is, and what was used (floor 5)."""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from analysis.context.tokens import Tokens
from analysis.extraction.schema import FORMATS, KEYWORDS
from api.deps import ServicesDep, WorkspaceDep
from api.metrics import observe_catalog
from api.ui.home import home_page
from api.wiring import Services
from ingest.parsing.kinds import FORMATS as FILE_FORMATS
from ingest.parsing.ocr_program import languages, tesseract
from proviso.errors import ProvisoError
from proviso.types.search import IndexState
from proviso.wire import to_data
from records.catalog import documents, usage

if TYPE_CHECKING:
    from analysis.llm.client import GptOss

router = APIRouter(tags=["service"])
PROBE_S = 3.0


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(services: ServicesDep, workspace: WorkspaceDep) -> JSONResponse:
    """200 when everything needed for search answers; the model is reported but does not make the service unready."""
    needed = {
        "catalog": await _state(services.catalog.read(documents.collections, workspace)),
        "index": await _state(_index(services)),
        "store": await _state(services.store.keys("ready")),
    }
    model = "none" if services.model is None else await _model_state(services.model)
    ready = all(state == "ok" for state in needed.values())
    body = {"status": "ready" if ready else "unready", "dependencies": needed | {"llm": model}}
    return JSONResponse(body, 200 if ready else 503)


@router.get("/metrics")
async def metrics(services: ServicesDep, workspace: WorkspaceDep) -> Response:
    await observe_catalog(services)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
async def home(services: ServicesDep) -> HTMLResponse:
    return HTMLResponse(home_page(version("proviso"), services.model is not None))


@router.get("/v1/info")
async def info(services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    with services.in_use.taken() as pair:
        embedder, state = pair.embedder, await pair.index.state()
    settings = services.settings
    return {
        "version": version("proviso"),
        "embedder": {"name": embedder.name, "dimensions": embedder.dimensions},
        "index": {"kind": state.kind, "points": state.points},
        "llm": await _llm(services),
        "ocr": await asyncio.to_thread(tesseract) if settings.ocr else None,
        "ocr_languages": await asyncio.to_thread(languages) if settings.ocr else [],
        "formats": list(FILE_FORMATS),
        "schema_keywords": sorted(KEYWORDS),
        "schema_formats": sorted(FORMATS),
        "limits": {
            "file_bytes": settings.max_file_mb << 20,
            "files_per_upload": settings.max_files_per_upload,
            "full_tokens": settings.full_tokens,
            "evidence_tokens": settings.evidence_tokens,
        },
    }


@router.post("/v1/doctor")
async def doctor(services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """Examines the model's endpoint end to end, by a few short calls; nothing without a model."""
    if services.model is None:
        return {"items": []}
    # Loaded only now: the client behind it takes more than a second, which nobody without a model should wait for.
    examine = importlib.import_module("analysis.llm.examine").examine
    return {"items": to_data(await examine(services.model, Tokens().count_prompt))}


@router.get("/v1/usage")
async def used(
    services: ServicesDep,
    workspace: WorkspaceDep,
    start: Annotated[dt.date | None, Query(alias="from")] = None,
    end: Annotated[dt.date | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """Tokens and calls by day and model."""
    items = await services.catalog.read(usage.daily, workspace, start, end)
    return {"items": [to_data(item) for item in items], "next_cursor": None}


async def _index(services: Services) -> IndexState:
    with services.in_use.taken() as pair:
        return await pair.index.state()


async def _llm(services: Services) -> dict[str, Any] | None:
    settings = services.settings
    if services.model is None or settings.model_base_url is None:
        return None
    model = services.model
    endpoint = await model.probe()
    prices = {name: to_data(price) for name, price in settings.llm_prices.items()}
    return {
        "models": [settings.llm_model],
        "default": settings.llm_model,
        "host": urlsplit(settings.model_base_url).netloc,
        "context_tokens": model.window_tokens,
        "context_tokens_configured": settings.llm_context_tokens,
        "context_tokens_told": endpoint.context_tokens,
        "profile": model.server.profile.name if model.server.profile else endpoint.profile,
        "reachable": endpoint.reachable,
        "prices": prices,
    }


async def _model_state(model: GptOss) -> str:
    endpoint = await model.probe()
    if not endpoint.reachable:
        return f"llm_unavailable: {endpoint.detail}"
    if endpoint.serves_model is False:
        near = endpoint.near(model.model) or endpoint.models[:5]
        return f"the server has no model {model.model}; it has {', '.join(near)}"
    return "ok"


async def _state(asked: Any) -> str:
    try:
        await asyncio.wait_for(asked, PROBE_S)
    except ProvisoError as error:
        return f"{error.code}: {error.detail}"
    except TimeoutError:
        return f"no answer within {PROBE_S:.0f} s"
    return "ok"
