"""Text put together from words and tables: places stay at their words, blocks are in order and disjoint."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.breaks import WideGaps, pieces
from ingest.parsing.draft import Draft, trimmed
from ingest.parsing.grids import Grid, GridCell, Paragraph
from ingest.parsing.words import Words

CELL = st.text(alphabet="ab1.; \n\t", max_size=12)
PIECE = st.text(alphabet="ab(1).; \n\t", max_size=12)


def marked(parts: list[str]) -> tuple[Words, list[str]]:
    """Words with a place around each part."""
    words = Words()
    for part in parts:
        place = words.here()
        words.put(part)
        words.until_here(place)
    return words, parts


@given(st.lists(PIECE, max_size=8), st.lists(PIECE, max_size=8))
def test_places_hold_their_words_wherever_these_are_set(first: list[str], second: list[str]) -> None:
    draft = Draft()
    held = [marked(first), marked(second)]
    for words, _ in held:
        draft.add_paragraph(Paragraph("paragraph", words))
    draft.close()
    text = draft.text()
    for words, parts in held:
        for place, part in zip(words.places, parts, strict=True):
            assert 0 <= place.start <= place.end <= len(text)
            assert text[place.start : place.end].split() == part.split()
    assert all(above.end <= below.start for above, below in pairwise(draft.blocks))
    assert all(text[block.start : block.end].strip() == text[block.start : block.end] for block in draft.blocks)


@given(st.lists(PIECE, max_size=8))
def test_a_rewrite_moves_places_with_their_words(parts: list[str]) -> None:
    words, _ = marked(parts)
    words.rewrite(re.compile(r"\s+"), lambda _: " ")
    text = words.text()
    for place, part in zip(words.places, parts, strict=True):
        assert text[place.start : place.end].split() == part.split()


@given(st.text(alphabet="ab(1).; \n", max_size=80))
def test_pieces_hold_every_word_once_and_in_order(text: str) -> None:
    spans = pieces(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


@given(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=4))
def test_cells_hold_their_words_in_rows_of_the_text(rows: list[list[str]]) -> None:
    grid = Grid([[GridCell([Paragraph("paragraph", Words(words))]) for words in row] for row in rows], layout=False)
    draft = Draft()
    draft.add_paragraph(Paragraph("paragraph", Words("Before.")))
    draft.add_grid(grid)
    draft.add_paragraph(Paragraph("paragraph", Words("After.")))
    draft.close()
    text = draft.text()
    held = [" ".join(text[cell.start : cell.end].split()) for table in draft.tables() for cell in table.cells]
    assert [words for words in held if words] == [
        " ".join(words.split()) for row in rows for words in row if words.strip()
    ]
    for table in draft.tables():
        assert all(table.start <= cell.start <= cell.end <= table.end for cell in table.cells)
        assert all("\n" not in text[cell.start : cell.end] for cell in table.cells)


def test_what_stands_before_nothing_stands_at_the_end() -> None:
    draft, words = Draft(), Words()
    place = words.here()
    draft.add_paragraph(Paragraph("paragraph", Words("Only words.")))
    draft.add_paragraph(Paragraph("paragraph", words))
    draft.close()
    assert (place.start, place.end) == (11, 11)


def test_a_wide_gap_after_a_bare_number_ends_nothing() -> None:
    text = "The parties agree:   1.   Term.   " + "It lasts. " * 80
    gaps = WideGaps(text)
    found = [match.start() for match in re.finditer(r" {3,}", text) if gaps.ends_paragraph(match.start(), match.end())]
    assert [text[at - 5 : at] for at in found] == ["gree:", "Term."]


def test_the_white_space_around_a_span_is_no_part_of_it() -> None:
    assert trimmed("a  b  c", 1, 6) == (3, 4)
    assert trimmed("a   c", 1, 4) == (4, 4)
