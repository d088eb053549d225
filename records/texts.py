"""What is kept of a parsed version (floor 2): canonical text, structure, chunks and word boxes, by version id, over any blob store.

Writes happen once per version, by the pipeline; reads are cached, because a version never changes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from proviso.boxes import encode
from proviso.errors import NotFound
from proviso.ports import BlobStore
from proviso.types.documents import Block, Chunk, Details, Page, Parsed, Section, Structure
from proviso.wire import from_data, from_json, to_json

MB = 1024 * 1024
CACHED_TEXT_BYTES = 96 * MB
"""Canonical texts with their structure kept in memory, over all versions: about 500 contracts."""

CACHED_BOXES_BYTES = 32 * MB
PLACE_BYTES = 200
"""A block, page or section in memory, with its numbers; measured on contracts: 170 to 230."""

DECODED_HERE_BYTES = 100_000
"""JSON beyond this is decoded in a thread: a specification's structure takes 200 ms, in which nobody would be answered."""

ROWS = 500
WITHOUT_BLOCKS = b'],"pages":['
"""Where the blocks of a kept structure end and its pages begin; it stands nowhere else, because strings escape quotation marks."""
PLACES: tuple[tuple[type[Any], str], ...] = ((Block, "blocks"), (Page, "pages"), (Section, "sections"))
RECOGNISED = "ocr"
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class KeptText:
    """A version's canonical text with its structure."""

    text: str
    structure: Structure

    @property
    def memory_bytes(self) -> int:
        """About what it takes in memory: one character beyond the Latin ones makes a text two or four times as large."""
        places = (self.structure.blocks, self.structure.pages, self.structure.sections)
        return sys.getsizeof(self.text) + PLACE_BYTES * sum(map(len, places))


@dataclass(frozen=True, slots=True)
class _Held:
    kept: KeptText
    whole: bool
    """Whether it has its blocks."""


@dataclass(frozen=True, slots=True)
class _Places:
    pages: tuple[Page, ...]
    sections: tuple[Section, ...]


class Texts:
    """Parsed versions by id. Raises NotFound for a version that was never parsed or is gone."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._texts: _Recent[_Held] = _Recent(CACHED_TEXT_BYTES)
        self._boxes: _Recent[bytes] = _Recent(CACHED_BOXES_BYTES)

    async def save(self, version_id: str, parsed: Parsed, chunks: Sequence[Chunk]) -> None:
        """Keep everything of a version; saving again overwrites with the same."""
        structure = Structure(parsed.blocks, parsed.pages, parsed.sections)
        parts = {
            "text": parsed.text.encode(),
            "structure": to_json(structure),
            "details": to_json(parsed.details),
            "boxes": encode(parsed.words),
            "chunks": to_json(tuple(chunks)),
        }
        await self.keep(version_id, parts)

    async def keep(self, version_id: str, parts: Mapping[str, bytes]) -> None:
        """Keep the parts of a version as `save` would encode them. All are durable when this returns."""
        self._texts.drop(version_id)
        self._boxes.drop(version_id)
        await asyncio.gather(*(self._store.put(_key(version_id, name), data) for name, data in parts.items()))

    async def read(self, version_id: str) -> KeptText:
        held = self._texts.get(version_id)
        if held and held.whole:
            return held.kept
        text, structure = await self._parts(version_id)
        kept = await _decoded(len(text) + len(structure), _kept_text, text, structure)
        return self._hold(version_id, kept, whole=True)

    async def outline(self, version_id: str) -> KeptText:
        """The text with its pages and sections, and perhaps no blocks, which are most of a structure: a third of the time of `read`."""
        held = self._texts.get(version_id)
        if held:
            return held.kept
        text, structure = await self._parts(version_id)
        return self._hold(version_id, await _decoded(len(structure), _outline, text, structure), whole=False)

    async def text(self, version_id: str) -> str:
        """The canonical text alone, not kept in memory: for who reads it once."""
        return (await self._store.get(_key(version_id, "text"))).decode()

    async def chunks(self, version_id: str) -> tuple[Chunk, ...]:
        data = await self._store.get(_key(version_id, "chunks"))
        return await _decoded(len(data), lambda: _rows(Chunk, json.loads(data)))

    async def details(self, version_id: str) -> Details:
        """Tables, marks, definitions and the like; a version parsed before there were any has none."""
        try:
            data = await self._store.get(_key(version_id, "details"))
        except NotFound:
            await self.read(version_id)  # a version that is not there at all is NotFound
            return Details()
        return await _decoded(len(data), from_json, Details, data)

    async def boxes(self, version_id: str) -> bytes:
        """The encoded word boxes (`proviso.boxes.decode` reads them page by page)."""
        data = self._boxes.get(version_id)
        if data is None:
            data = await self._store.get(_key(version_id, "boxes"))
            self._boxes.put(version_id, data, len(data))
        return data

    async def keep_recognised(self, version_id: str, page: int, data: bytes) -> None:
        """Keep what was read off the picture of a page."""
        await self._store.put(_key(version_id, f"{RECOGNISED}/{page}"), data)

    async def recognised(self, version_id: str) -> dict[int, bytes]:
        """What was read off the pictures of pages, by page."""
        keys = await self._store.keys(_key(version_id, RECOGNISED))
        found = await asyncio.gather(*(self._store.get(key) for key in keys))
        return {int(key.rsplit("/", 1)[-1]): data for key, data in zip(keys, found, strict=True)}

    async def recognised_pages(self, version_id: str) -> set[int]:
        """Pages of whose picture something is kept."""
        return {int(key.rsplit("/", 1)[-1]) for key in await self._store.keys(_key(version_id, RECOGNISED))}

    async def delete(self, version_id: str) -> None:
        self._texts.drop(version_id)
        self._boxes.drop(version_id)
        await self._store.delete(f"versions/{version_id}")

    async def _parts(self, version_id: str) -> tuple[bytes, bytes]:
        names = ("text", "structure")
        text, structure = await asyncio.gather(*(self._store.get(_key(version_id, name)) for name in names))
        return text, structure

    def _hold(self, version_id: str, kept: KeptText, *, whole: bool) -> KeptText:
        self._texts.put(version_id, _Held(kept, whole), kept.memory_bytes)
        return kept


async def _decoded(size: int, decode: Callable[..., V], *args: Any) -> V:
    """`decode(*args)`, in a thread when there is much of it."""
    return decode(*args) if size < DECODED_HERE_BYTES else await asyncio.to_thread(decode, *args)


def _kept_text(text: bytes, structure: bytes) -> KeptText:
    found = json.loads(structure)
    blocks, pages, sections = (_rows(kind, found[name]) for kind, name in PLACES)
    return KeptText(text.decode(), Structure(blocks, pages, sections))


def _outline(text: bytes, structure: bytes) -> KeptText:
    at = structure.find(WITHOUT_BLOCKS)
    if at < 0 or len(structure) - at > DECODED_HERE_BYTES:
        whole = _kept_text(text, structure)
        return KeptText(whole.text, Structure((), whole.structure.pages, whole.structure.sections))
    places = from_json(_Places, b"{" + structure[at + 2 :])
    return KeptText(text.decode(), Structure((), places.pages, places.sections))


def _rows(kind: type[V], rows: list[Any]) -> tuple[V, ...]:
    """Rows decoded a few at a time: pydantic holds the interpreter for as long as one call takes, also in a thread."""
    slices = (rows[at : at + ROWS] for at in range(0, len(rows), ROWS))
    return tuple(row for slice_ in slices for row in from_data(list[kind], slice_))  # type: ignore[valid-type]


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
