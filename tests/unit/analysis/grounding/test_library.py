"""What documents define and refer to, read once per version."""

from __future__ import annotations

from pathlib import Path

from analysis.grounding.library import Library
from proviso.text import Span
from proviso.types.documents import Definition, Parsed
from records.store.folder import FolderStore
from records.texts import Texts
from tests.unit.analysis.builders import a_document

TEXT = '"Fee" means ten dollars. The Fee is due.'


async def a_library(folder: Path, *names: str, most: int = 1_000_000) -> Library:
    texts = Texts(FolderStore(folder))
    parsed = Parsed(TEXT, (), "text/plain", definitions=(Definition("Fee", 1, 4, 0, 24, "means"),))
    for name in names:
        await texts.save(f"ver_{name}", parsed, ())
    return Library(texts, findings_bytes=most)


async def test_definitions_are_found_by_the_passages_that_use_them(tmp_path: Path) -> None:
    found = (await (await a_library(tmp_path, "a")).findings([a_document("a")]))["doc_a"]
    assert [each.term for each in found.defined_for(TEXT, Span(25, len(TEXT)))] == ["Fee"]
    assert found.defined_for(TEXT, Span(0, 24)) == []


async def test_a_version_is_read_once(tmp_path: Path) -> None:
    shelf = await a_library(tmp_path, "a")
    first = await shelf.findings([a_document("a")])
    assert (await shelf.findings([a_document("a")]))["doc_a"] is first["doc_a"]


async def test_what_is_kept_is_bounded_by_its_size(tmp_path: Path) -> None:
    documents = [a_document(f"n{i}") for i in range(6)]
    shelf = await a_library(tmp_path, *(f"n{i}" for i in range(6)), most=4_000)
    one = (await shelf.findings(documents[:1]))["doc_n0"]
    await shelf.findings(documents)
    again = (await shelf.findings(documents[:1]))["doc_n0"]
    assert again == one
    assert again is not one
