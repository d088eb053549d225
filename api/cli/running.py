"""`serve`, `worker`, `doctor` (floor 5)."""

from __future__ import annotations

import gc
import signal
from typing import Annotated, NoReturn

import typer

from api.cli.connection import read_settings
from api.cli.faults import CliError
from api.cli.options import Json, Url
from api.cli.progress import note, print_json, print_table


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (PROVISO_HOST).")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on (PROVISO_PORT).")] = None,
) -> None:
    """Run the service until it is stopped."""
    from api.observe import set_up_logging
    from api.server import Server, announced
    from proviso.errors import ProvisoError

    settings = read_settings()
    signal.signal(signal.SIGTERM, _leave)
    changes = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    settings = settings.model_copy(update=changes)
    set_up_logging(settings.log_level)
    with announced(settings.data_dir) as announce:

        def ready(url: str) -> None:
            # What is there by now stays. Every full collection would walk through it, a fifth of a second in which nobody is answered.
            gc.collect()
            gc.freeze()
            announce(url)
            model = settings.model_base_url or "none (answers are passages; see .env.example)"
            note(f"Proviso is ready at {url}   data: {settings.data_dir.absolute()}   model: {model}")

        try:
            server = Server(settings, ready)
        except ProvisoError as error:
            raise CliError(error.detail) from error
        server.run_here()
        if server.fault:
            raise CliError(server.fault)


def worker() -> None:
    """Run jobs without HTTP, beside a service that shares the catalog, the store and a Qdrant server."""
    import asyncio

    from api.observe import set_up_logging
    from api.worker import work
    from proviso.errors import ProvisoError

    settings = read_settings()
    set_up_logging(settings.log_level)
    try:
        asyncio.run(work(settings, lambda: note(f"worker {settings.executor_id} is ready")))
    except ProvisoError as error:
        raise CliError(error.detail) from error


def doctor(as_json: Json = False, url: Url = None) -> None:
    """Check that everything works, and say what does not."""
    from api.cli.checks import run_checks

    results = run_checks(url)
    if as_json:
        print_json([{"check": c.name, "ok": c.ok, "detail": c.detail} for c in results])
    else:
        print_table("", ["", "check", "finding"], [["ok" if c.ok else "✗", c.name, c.detail] for c in results])
    if not all(c.ok for c in results):
        raise typer.Exit(1)


def _leave(*_: object) -> NoReturn:
    """uvicorn raises the signal that stopped it once more; the default would end the process before it has tidied up."""
    raise SystemExit(0)
