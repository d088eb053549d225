"""What is kept of a parsed version: read back as it was, and held in memory only so far."""

from __future__ import annotations

from pathlib import Path

import pytest

from proviso.errors import NotFound
from proviso.types.documents import Block, Chunk, Page, Parsed, Section, Structure
from records.store.folder import FolderStore
from records.texts import CACHED_TEXT_BYTES, KeptText, Texts


def parsed(text: str) -> Parsed:
    return Parsed(text, (Block("paragraph", 0, len(text)),), "text/plain")


async def test_parts_kept_as_bytes_are_read_as_what_they_were(tmp_path: Path) -> None:
    here, there = Texts(FolderStore(tmp_path / "a")), Texts(FolderStore(tmp_path / "b"))
    chunk = Chunk(0, 0, 3, "", "", "", None, None, 3)
    await here.save("ver_1", parsed("One — two"), [chunk])
    names = ("text", "structure", "details", "boxes", "chunks")
    parts = {name: (tmp_path / "a/versions/ver_1" / name).read_bytes() for name in names}
    await there.keep("ver_1", parts)
    assert await there.read("ver_1") == await here.read("ver_1")
    assert await there.chunks("ver_1") == (chunk,)
    assert await there.text("ver_1") == "One — two"


async def test_a_version_that_is_kept_anew_is_read_anew(tmp_path: Path) -> None:
    texts = Texts(FolderStore(tmp_path))
    await texts.save("ver_1", parsed("Before."), [])
    assert (await texts.read("ver_1")).text == "Before."
    await texts.save("ver_1", parsed("After OCR."), [])
    assert (await texts.read("ver_1")).text == "After OCR."


async def test_an_outline_is_the_text_with_pages_and_sections_whatever_is_written_in_them(tmp_path: Path) -> None:
    texts, fresh = (Texts(FolderStore(tmp_path)) for _ in range(2))
    tricky = Section("1", "1", '],"pages":[', 1, 0, 4, 1)
    pages = (Page(1, 0, 9, 612.0, 792.0, 9, "text_layer"),)
    for number, blocks in enumerate(((), (Block("paragraph", 0, 9),) * 3)):
        await texts.save(
            f"ver_{number}", Parsed("One — two", blocks, "text/plain", pages=pages, sections=(tricky,)), []
        )
        outline = await fresh.outline(f"ver_{number}")
        assert (outline.text, outline.structure) == ("One — two", Structure((), pages, (tricky,)))
        assert (await fresh.read(f"ver_{number}")).structure.blocks == blocks
        assert await fresh.outline(f"ver_{number}") is await fresh.read(f"ver_{number}")


async def test_an_outline_of_a_structure_in_another_order_is_read_all_the_same(tmp_path: Path) -> None:
    texts = Texts(FolderStore(tmp_path))
    structure = b'{"sections": [], "pages": [], "blocks": [{"kind": "paragraph", "start": 0, "end": 3}]}'
    await texts.keep("ver_1", {"text": b"One", "structure": structure})
    assert await texts.outline("ver_1") == KeptText("One", Structure((), (), ()))


async def test_texts_in_memory_are_counted_in_bytes(tmp_path: Path) -> None:
    texts = Texts(FolderStore(tmp_path))
    await texts.save("latin", parsed("a" * 1_000_000), [])
    await texts.save("wide", parsed("a" * 999_999 + "😀"), [])
    assert (await texts.read("latin")).memory_bytes < 1_100_000
    assert (await texts.read("wide")).memory_bytes > 4_000_000
    assert CACHED_TEXT_BYTES <= 128 << 20


async def test_recognised_pages_are_kept_by_page_and_go_with_the_version(tmp_path: Path) -> None:
    texts = Texts(FolderStore(tmp_path))
    await texts.keep_recognised("ver_1", 12, b"twelve")
    await texts.keep_recognised("ver_1", 3, b"three")
    assert await texts.recognised_pages("ver_1") == {3, 12}
    assert await texts.recognised("ver_1") == {3: b"three", 12: b"twelve"}
    await texts.delete("ver_1")
    assert await texts.recognised("ver_1") == {}
    with pytest.raises(NotFound):
        await texts.text("ver_1")
