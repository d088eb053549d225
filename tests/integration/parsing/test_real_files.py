"""Parsing over the real documents: the awkward ones have their expected outcome, the contracts their quotes and boxes."""

from __future__ import annotations

import json
import unicodedata
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ingest.parsing import registry
from ingest.parsing.kinds import HEAD_BYTES, sniff
from ingest.structure.structured import structured
from proviso.boxes import PageWords, boxes_of
from proviso.errors import BrokenFile, EmptyFile, PasswordRequired, UnsupportedFormat
from proviso.types.documents import Parsed

FOLDED = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "–": None, "—": None, "-": None, "\u00ad": None})
REFUSED = (BrokenFile, EmptyFile, UnsupportedFormat)
FEW_CHARS = 5
"""The truth counts what pdfium gives, and that may hold a few letters that stand for nothing (habibi.pdf: four)."""


def parse(path: Path, password: str | None = None) -> Parsed:
    media_type = sniff(path.read_bytes()[:HEAD_BYTES], path.name)
    return structured(registry.parse(path, media_type, path.name, password), path.name)


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(FOLDED).split()).casefold().replace("''", '"')


def check(parsed: Parsed) -> None:
    """What must hold for every parsed document."""
    text = parsed.text
    assert "\r" not in text
    assert "\x00" not in text
    for above, below in pairwise(parsed.blocks):
        assert above.end <= below.start
    assert all(text[block.start : block.end].strip() for block in parsed.blocks)
    for page, words in zip(parsed.pages, parsed.words, strict=True):
        assert (page.number, page.width, page.height) == (words.page, words.width, words.height)
        assert (page.source == "none") == (page.chars == 0)
        check_words(text, page.start, page.end, words)
    for section in parsed.sections:
        assert 0 <= section.start < section.end <= len(text)


def check_words(text: str, start: int, end: int, words: PageWords) -> None:
    for at in range(len(words)):
        first, last = words.starts[at], words.ends[at]
        assert start <= first < last <= end
        assert len(text[first:last].split()) == 1
        x0, y0, x1, y1 = words.boxes[4 * at : 4 * at + 4]
        assert 0 <= x0 <= x1 <= words.width + 0.01
        assert 0 <= y0 <= y1 <= words.height + 0.01
    if len(words):
        assert "".join(text[a:b] for a, b in zip(words.starts, words.ends, strict=True)) == "".join(
            text[start:end].split()
        )


@pytest.mark.shared
def test_every_awkward_file_comes_out_as_expected(shared_data: Path) -> None:
    rows = [json.loads(line) for line in (shared_data / "robust/expected.jsonl").read_text().splitlines()]
    wrong = [
        f"{row['file']}: {told}"
        for row in rows
        if row["expect"] != "truth file" and (told := _outcome(shared_data, row))
    ]
    assert wrong == []


def _outcome(folder: Path, row: dict[str, Any]) -> str:
    """What is wrong with the outcome of one file; "" when nothing is."""
    path = folder / row["file"]
    if "reject" in row["expect"]:
        with pytest.raises(REFUSED) as refused:
            parse(path)
        return "" if path.name in refused.value.detail else refused.value.detail
    if row.get("password"):
        with pytest.raises(PasswordRequired):
            parse(path)
    parsed = parse(path, row.get("password"))
    check(parsed)
    unread = [number for warning in parsed.warnings if warning.code == "needs_ocr" for number in warning.pages]
    if "no text layer" in row["expect"] or row.get("pages_without_text"):
        return "" if unread == (row["pages_without_text"] or [1]) else f"unread pages {unread}"
    if len(parsed.text) + FEW_CHARS < 0.9 * row.get("text_chars", 1):
        return f"{len(parsed.text)} characters"
    return f"unread pages {unread}" if unread else ""


@pytest.mark.shared
def test_the_truth_quotes_of_real_contracts_stand_on_the_labelled_pages(shared_data: Path) -> None:
    rows = [json.loads(line) for line in (shared_data / "cuad/pdf_qa.jsonl").read_text().splitlines()]
    parsed = {path.name: parse(path) for path in sorted((shared_data / "cuad/pdf").glob("*.pdf"))[:12]}
    found = total = 0
    for row in rows:
        document = parsed.get(Path(row["doc"]).name)
        for answer in row["answers"] if document else ():
            first, last = document.pages[min(answer["pages"]) - 1], document.pages[max(answer["pages"]) - 1]
            total += 1
            found += folded(answer["text"]) in folded(document.text[first.start : last.end])
    for document in parsed.values():
        check(document)
    assert total > 100
    assert found == total


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["docx", "html"])
def test_the_truth_quotes_stand_in_the_word_and_web_versions(shared_data: Path, folder: str) -> None:
    rows = [json.loads(line) for line in (shared_data / "variants/qa.jsonl").read_text().splitlines()]
    parsed = {path.name: parse(path) for path in (shared_data / "variants" / folder).iterdir()}
    found = total = 0
    for row in rows:
        document = parsed.get(Path(row["doc"]).name)
        for answer in row["answers"] if document else ():
            total += 1
            found += folded(answer["text"]) in folded(document.text)
    for document in parsed.values():
        check(document)
        assert "NOT CONTRACT TEXT" not in document.text
    assert total > 50
    assert found == total


@pytest.mark.shared
def test_scanned_contracts_name_every_page_as_unread(shared_data: Path) -> None:
    for path in (shared_data / "variants/scanned").glob("*.pdf"):
        parsed = parse(path)
        assert parsed.text == ""
        assert parsed.warnings[0].pages == tuple(range(1, len(parsed.pages) + 1))


def test_every_sample_parses_with_sections_and_a_title(samples: Path) -> None:
    for path in [path for path in samples.iterdir() if path.suffix in (".pdf", ".docx", ".html")]:
        parsed = parse(path)
        check(parsed)
        assert parsed.sections
        assert parsed.title


def test_a_quote_over_a_line_end_gives_one_box_a_line(samples: Path) -> None:
    parsed = parse(samples / "xacct-support-and-maintenance.pdf")
    block = max((block for block in parsed.blocks if block.page == 1), key=lambda block: block.end - block.start)
    found = boxes_of(parsed.words[0], block.start, block.end)
    assert found is not None
    assert len(found.boxes) == parsed.text[block.start : block.end].count("\n") + 1
    assert all(above[1] < below[1] for above, below in pairwise(found.boxes))


@pytest.mark.shared
def test_right_to_left_words_stand_in_their_logical_order(shared_data: Path) -> None:
    parsed = parse(shared_data / "robust/pypdf/habibi.pdf")
    assert "حَبيبي" in parsed.text
    assert "يبيبَح" not in parsed.text


@pytest.mark.shared
def test_three_columns_are_read_one_after_the_other_with_their_footnotes_below(shared_data: Path) -> None:
    parsed = parse(shared_data / "robust/plumber/federal-register-2020-17221.pdf")
    second = [block for block in parsed.blocks if block.page == 2]
    words = {
        kind: [parsed.text[b.start : b.end] for b in second if b.kind == kind] for kind in {b.kind for b in second}
    }
    assert words["header"] == ["Federal Register / Vol. 85, No. 152 / Thursday, August 6, 2020 / Proposed Rules 47699"]
    assert [note[0] for note in words["footnote"]] == list("123456789")
    assert words["paragraph"][0].startswith("Hatta International Airport")
    order = [block.kind for block in second]
    assert order.index("footnote") > max(at for at, kind in enumerate(order) if kind in ("paragraph", "heading"))


@pytest.mark.shared
def test_text_is_in_the_order_of_the_truth(shared_data: Path) -> None:
    for name, least in (("multi_page", 0.99), ("normal_4pages", 0.93)):
        read = _letters(parse(shared_data / f"robust/docling/{name}.pdf").text)
        truth = _letters((shared_data / f"robust/docling/{name}.md").read_text())
        assert SequenceMatcher(None, read, truth, autojunk=False).ratio() > least, name


def _letters(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isalnum())
