"""Canonical text to chunks, on real contracts and on what no contract should hold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunking.chunk import chunk, indexed_text
from ingest.parsing.registry import parse
from proviso.text import canonical
from proviso.types.documents import Block, Page, Section
from tests.unit.ingest.chunking.conftest import MAX_TOKENS, Check

Count = Callable[[str], int]

FILLER = "The Supplier shall deliver the Products within thirty days after each order has been accepted in writing. "


def word_count(text: str) -> int:
    """A tokenizer that is not additive over white space and knows no special tokens."""
    return len(text.split()) + len(text) // 40


def section(number: str, title: str, level: int, start: int, end: int) -> Section:
    return Section(number, number, title, level, start, end)


@pytest.mark.shared
def test_every_word_of_real_contracts_lies_in_exactly_one_chunk_that_fits(
    shared_data: Path, count_tokens: Count, check: Check
) -> None:
    for file in sorted((shared_data / "cuad" / "txt").glob("*.txt"))[::16]:
        text = canonical(file.read_text(encoding="utf-8"))
        check(text, chunk(text, (), (), (), count_tokens, MAX_TOKENS))


@pytest.mark.shared
def test_chunks_of_real_contracts_are_of_clause_size(shared_data: Path, count_tokens: Count) -> None:
    sizes = []
    for file in sorted((shared_data / "cuad" / "txt").glob("*.txt"))[::16]:
        text = canonical(file.read_text(encoding="utf-8"))
        sizes += [c.end - c.start for c in chunk(text, (), (), (), count_tokens, MAX_TOKENS)]
    assert 450 <= sum(sizes) / len(sizes) <= 700
    assert sum(size < 60 for size in sizes) < len(sizes) / 50
    assert max(sizes) <= 1200


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("visium-distributor.pdf", "application/pdf"),
        ("nyliac-service.pdf", "application/pdf"),
        ("paxmedica-master-service.html", "text/html"),
        ("bravatek-reseller.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_parsed_samples_are_covered_and_know_their_pages(
    samples: Path, name: str, media_type: str, count_tokens: Count, check: Check
) -> None:
    parsed = parse(samples / name, media_type, name, None)
    chunks = chunk(parsed.text, parsed.blocks, parsed.pages, parsed.sections, count_tokens, MAX_TOKENS)
    check(parsed.text, chunks)
    by_number = {page.number: page for page in parsed.pages}
    for piece in chunks:
        if not by_number:
            assert piece.page_start is None
            assert piece.page_end is None
            continue
        assert piece.page_start is not None
        assert piece.page_end is not None
        first, last = by_number[piece.page_start], by_number[piece.page_end]
        assert first.start <= piece.start < first.end
        assert last.start < piece.end <= last.end


@settings(max_examples=150, deadline=None)
@given(
    st.text(st.sampled_from("aB1 .;:,()\n\t\u00a0\u2003§_-éあ契👩\u200d0iX“”"), min_size=0, max_size=400).map(
        lambda text: text * 5
    )
)
def test_any_text_is_covered_and_fits(count_tokens: Count, check: Check, text: str) -> None:
    check(text, chunk(text, (), (), (), count_tokens, MAX_TOKENS))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_sections_and_blocks_are_taken_without_losing_a_word(
    count_tokens: Count, check: Check, data: st.DataObject
) -> None:
    text = data.draw(st.text(st.sampled_from("ab C1.;\n("), min_size=1, max_size=300)) * 4
    position = st.integers(0, len(text))
    spans = st.tuples(position, position).map(sorted)
    sections = [
        section(str(i), "Title", data.draw(st.integers(1, 4)), a, b)
        for i, (a, b) in enumerate(data.draw(st.lists(spans, max_size=6)))
    ]
    kinds = st.sampled_from(["heading", "paragraph", "list_item", "table_row", "table_cell"])
    blocks = [Block(data.draw(kinds), a, b) for a, b in data.draw(st.lists(spans, max_size=6))]
    check(text, chunk(text, blocks, (), sections, count_tokens, MAX_TOKENS))


@pytest.mark.parametrize(
    "text",
    [
        "_" * 20_000,
        "1" * 20_000,
        "契約" * 4_000,
        ". " * 9_000,
        "a" + " " * 200_000 + "b",
        "\n" * 50_000 + "x",
        "👩" * 3_000,
    ],
    ids=["rule", "digits", "cjk", "dots", "spaces", "lines", "emoji"],
)
def test_awkward_runs_are_cut_to_fit(text: str, count_tokens: Count, check: Check) -> None:
    check(text, chunk(text, (), (), (), count_tokens, MAX_TOKENS))


@pytest.mark.parametrize("text", ["", " \n\t ", "\u00a0\u2003"])
def test_a_text_without_words_has_no_chunks(text: str, count_tokens: Count) -> None:
    assert chunk(text, (), (), (), count_tokens, MAX_TOKENS) == []


def test_a_tokenizer_whose_counts_do_not_add_up_is_still_obeyed() -> None:
    text = FILLER * 40
    chunks = chunk(text, (), (), (), word_count, 40)
    assert all(piece.tokens == word_count(indexed_text(text, piece)) <= 40 for piece in chunks)
    assert "".join(text[c.start : c.end].replace(" ", "") for c in chunks) == text.replace(" ", "")


def test_an_embedder_too_small_for_a_clause_is_refused() -> None:
    with pytest.raises(ValueError, match="limit of 8 tokens"):
        chunk("Some words.", (), (), (), word_count, 8)


def test_the_tokenizer_is_asked_about_once_for_each_chunk(count_tokens: Count) -> None:
    asked: list[int] = []

    def counting(words: str) -> int:
        asked.append(len(words))
        return count_tokens(words)

    text = "\n\n".join(f"{i}. Delivery {i}. {FILLER * 4}" for i in range(1, 60))
    chunks = chunk(text, (), (), (), counting, MAX_TOKENS)
    assert len(asked) <= 2.2 * len(chunks), "a header and a chunk each, and hardly more"


def test_a_section_that_fits_is_not_torn_by_the_chunk_before_it(count_tokens: Count) -> None:
    first, second = "8.1 Notices. " + FILLER * 2, "8.2 Assignment. " + FILLER * 8
    text = f"{first}\n\n{second}"
    at = text.index("8.2")
    sections = (section("8.1", "Notices", 2, 0, at), section("8.2", "Assignment", 2, at, len(text)))
    chunks = chunk(text, (), (), sections, count_tokens, MAX_TOKENS)
    assert [text[c.start : c.start + 3] for c in chunks] == ["8.1", "8.2"]


def test_the_header_is_the_section_path_and_goes_before_the_words(count_tokens: Count) -> None:
    text = f"8. General\n\n8.1 Notices. {FILLER * 4}\n\n8.2 Assignment. {FILLER * 5}"
    second, first = text.index("8.2"), text.index("8.1")
    sections = (
        section("8", "General", 1, 0, len(text)),
        section("8.1", "Notices", 2, first, second),
        section("8.2", "Assignment", 2, second, len(text)),
    )
    last = chunk(text, (), (), sections, count_tokens, MAX_TOKENS)[-1]
    assert (last.section, last.heading, last.header) == ("8.2", "Assignment", "General > 8.2 Assignment")
    assert indexed_text(text, last).startswith("General > 8.2 Assignment: 8.2 Assignment. The Supplier")


def test_a_title_longer_than_the_embedder_takes_is_shortened_to_its_number(count_tokens: Count) -> None:
    text = "4. " + FILLER * 3
    sections = (section("4", "契約解除条項" * 10, 1, 0, len(text)),)
    (only,) = chunk(text, (), (), sections, count_tokens, 160)
    assert only.header == "4"


def test_wrapped_lines_inside_a_block_do_not_end_a_chunk(count_tokens: Count) -> None:
    sentence = "The term of this Agreement\nis two years and renews\nfor one year at a time\n"
    text = (sentence.strip() + " unless notice is given. ") * 12
    chunks = chunk(text, (Block("paragraph", 0, len(text)),), (), (), count_tokens, MAX_TOKENS)
    assert len(chunks) > 1
    assert all(text[c.start : c.end].endswith("given.") for c in chunks)


def test_page_numbers_are_those_of_the_first_and_last_character(count_tokens: Count) -> None:
    text = "One page. Next page."
    pages = (Page(3, 0, 10, 612, 792, 9, "text_layer"), Page(4, 10, 20, 612, 792, 10, "text_layer"))
    (only,) = chunk(text, (), pages, (), count_tokens, MAX_TOKENS)
    assert (only.page_start, only.page_end) == (3, 4)


def test_chunking_starts_without_loading_llama_index() -> None:
    code = "import sys, ingest.chunking.chunk; sys.exit(any(name.startswith('llama_index') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
