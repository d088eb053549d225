"""A small service for the kill tests: opens an index, writes versions without end, says what was acknowledged.

Run as `python -m tests.integration.index.service FOLDER [fork]`; with `fork` it leaves a child that keeps every pipe open.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from records.index.client import EdgeIndex
from tests.contracts.indexes import DIMENSIONS, EMBEDDER, points_of

POINTS = 40


def leave_a_child() -> int:
    """Fork a child that does nothing for a minute; it holds every pipe that is open here."""
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    return child


async def write_without_end(folder: Path, *, fork: bool) -> None:
    index = await EdgeIndex.open(folder, DIMENSIONS, EMBEDDER)
    child = leave_a_child() if fork else -1
    print("open", os.getpid(), index.owner_pid, child, flush=True)
    number = 0
    while True:
        version = f"ver_{os.getpid()}_{number}"
        await index.upsert(points_of(version, POINTS))
        print("acknowledged", version, flush=True)
        number += 1


if __name__ == "__main__":
    asyncio.run(write_without_end(Path(sys.argv[1]), fork="fork" in sys.argv[2:]))
