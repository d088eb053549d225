"""Embedded indexes that are closed however a test ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from records.index.client import EdgeIndex
from tests.contracts.indexes import DIMENSIONS, EMBEDDER

Opener = Callable[..., Awaitable[EdgeIndex]]


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    indexes: list[EdgeIndex] = []

    async def open_index(folder: Path, dimensions: int = DIMENSIONS, embedder: str = EMBEDDER) -> EdgeIndex:
        indexes.append(await EdgeIndex.open(folder, dimensions, embedder))
        return indexes[-1]

    yield open_index
    for index in indexes:
        await index.close()
