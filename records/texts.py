"""What is kept of a parsed version (floor 2): canonical text, structure, chunks and word boxes, by version id, over any blob store.

Writes happen once per version, by the pipeline; reads are cached, because a version never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from proviso.boxes import encode
from proviso.ports import BlobStore
from proviso.errors import NotFound
from proviso.types.documents import Chunk, Details, Parsed, Structure
from proviso.wire import from_json, to_json

CACHED_CHARS = 64_000_000
"""Canonical text kept in memory, in characters over all versions (about 1,000 contracts)."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class KeptText:
    """A version's canonical text with its structure."""

    text: str
    structure: Structure


class Texts:
    """Parsed versions by id. Raises NotFound for a version that was never parsed or is gone."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._texts: _Recent[KeptText] = _Recent(CACHED_CHARS)
        self._boxes: _Recent[bytes] = _Recent(CACHED_CHARS)

    async def save(self, version_id: str, parsed: Parsed, chunks: Sequence[Chunk]) -> None:
        """Keep everything of a version; saving again overwrites with the same."""
        structure = Structure(parsed.blocks, parsed.pages, parsed.sections)
        await self._store.put(_key(version_id, "text"), parsed.text.encode())
        await self._store.put(_key(version_id, "structure"), to_json(structure))
        await self._store.put(_key(version_id, "details"), to_json(parsed.details))
        await self._store.put(_key(version_id, "boxes"), encode(parsed.words))
        await self._store.put(_key(version_id, "chunks"), to_json(tuple(chunks)))

    async def read(self, version_id: str) -> KeptText:
        kept = self._texts.get(version_id)
        if kept is None:
            text = (await self._store.get(_key(version_id, "text"))).decode()
            structure = from_json(Structure, await self._store.get(_key(version_id, "structure")))
            kept = KeptText(text, structure)
            self._texts.put(version_id, kept, len(text))
        return kept

    async def chunks(self, version_id: str) -> tuple[Chunk, ...]:
        return from_json(tuple[Chunk, ...], await self._store.get(_key(version_id, "chunks")))

    async def details(self, version_id: str) -> Details:
        """Tables, marks, definitions and the like; a version parsed before there were any has none."""
        try:
            data = await self._store.get(_key(version_id, "details"))
        except NotFound:
            await self.read(version_id)  # a version that is not there at all is NotFound
            return Details()
        return from_json(Details, data)

    async def boxes(self, version_id: str) -> bytes:
        """The encoded word boxes (`proviso.boxes.decode` reads them page by page)."""
        data = self._boxes.get(version_id)
        if data is None:
            data = await self._store.get(_key(version_id, "boxes"))
            self._boxes.put(version_id, data, len(data))
        return data

    async def delete(self, version_id: str) -> None:
        self._texts.drop(version_id)
        self._boxes.drop(version_id)
        await self._store.delete(f"versions/{version_id}")


class _Recent(Generic[V]):
    """A least-recently-used cache bounded by the size of what it holds."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: OrderedDict[str, tuple[V, int]] = OrderedDict()
        self._size = 0

    def get(self, key: str) -> V | None:
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: str, value: V, size: int) -> None:
        self.drop(key)
        self._held[key] = (value, size)
        self._size += size
        while self._size > self._limit and len(self._held) > 1:
            self._size -= self._held.popitem(last=False)[1][1]

    def drop(self, key: str) -> None:
        found = self._held.pop(key, None)
        if found:
            self._size -= found[1]


def _key(version_id: str, part: str) -> str:
    return f"versions/{version_id}/{part}"
