"""The FastAPI application (floor 5): routes, errors, metrics, and the lifespan that opens and closes the services."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version

from fastapi import FastAPI

from api.metrics import Metrics
from api.problems import install_problems
from api.routes import answers, collections, documents, extractions, findings, indexes, reading, search, service
from api.wiring import open_services
from proviso.errors import ProvisoError
from proviso.settings import Settings

DESCRIPTION = "Questions and extraction over contracts and technical specifications, every quote located in its source."
ROUTERS = (service, documents, reading, findings, collections, search, answers, extractions, indexes)


def create_app(settings: Settings) -> FastAPI:
    """An application over the services that `settings` name; they are opened when it starts and closed when it stops."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with open_services(settings) as services:
                app.state.services = services
                yield
        except ProvisoError as error:
            app.state.fault = error.detail
            raise
        except OSError as error:
            app.state.fault = (
                f"The data folder {settings.data_dir.absolute()} cannot be used: {error.strerror or error}."
            )
            raise

    app = FastAPI(title="Proviso", version=version("proviso"), description=DESCRIPTION, lifespan=lifespan)
    install_problems(app)
    app.add_middleware(Metrics)
    for module in ROUTERS:
        app.include_router(module.router)
    return app
