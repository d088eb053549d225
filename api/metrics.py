"""Prometheus metrics (floor 5): requests by route and status, and what the catalog holds when it is scraped. No content, no names."""

from __future__ import annotations

import time

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.wiring import Services
from records.catalog import documents, extractions

REQUESTS = Counter("proviso_http_requests_total", "HTTP requests", ["method", "route", "status"])
SECONDS = Histogram("proviso_http_request_seconds", "Time to the last byte of a response", ["route"])
DOCUMENTS = Gauge("proviso_documents", "Documents by status", ["status"])
EXTRACTIONS = Gauge("proviso_extractions", "Extraction jobs by status", ["status"])
POINTS = Gauge("proviso_index_points", "Points in the index")


class Metrics:
    """ASGI middleware that counts every request under its route template, so that ids never become labels."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            REQUESTS.labels(scope["method"], route, status).inc()
            SECONDS.labels(route).observe(time.perf_counter() - started)


async def observe_catalog(services: Services) -> None:
    """Set the gauges from the catalog and the index."""
    DOCUMENTS.clear()
    for status, count in (await services.catalog.read(documents.count_by_status)).items():
        DOCUMENTS.labels(status).set(count)
    EXTRACTIONS.clear()
    for status, count in (await services.catalog.read(extractions.count_by_status)).items():
        EXTRACTIONS.labels(status).set(count)
    with services.in_use.taken() as pair:
        POINTS.set((await pair.index.state()).points)
