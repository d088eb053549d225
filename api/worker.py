"""`worker` (floor 5): the services without HTTP, until a signal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from api.wiring import open_services
from proviso.errors import InvalidRequest
from proviso.settings import Settings


async def work(settings: Settings, on_ready: Callable[[], None]) -> None:
    """Run jobs until SIGINT or SIGTERM. Raises InvalidRequest when the settings name nothing that can be shared."""
    if not (settings.qdrant_url and settings.database_url):
        raise InvalidRequest(
            "A worker shares its index and catalog with other processes: set PROVISO_QDRANT_URL and PROVISO_DATABASE_URL, "
            "and a PROVISO_EXECUTOR_ID of its own. On one machine `proviso serve` runs the jobs itself."
        )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with open_services(settings, sweeps=False):
        on_ready()
        await stop.wait()
