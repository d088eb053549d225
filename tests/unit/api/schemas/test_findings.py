"""What a document holds besides running text, with pages and sections."""

from __future__ import annotations

from typing import Any

from api.reading import Places
from api.schemas.findings import definition_json, mark_json, reference_json, table_json, table_rows
from proviso.types.documents import Cell, Definition, Mark, Page, Reference, Section, Structure, Table
from records.texts import KeptText

TEXT = 'ARTICLE I\n"Fee" means ten dollars.\nARTICLE II\nSee Article I.\nItem\tPrice\nPen\t=1'


def a_span(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def places(pages: bool = True) -> Places:
    cut = TEXT.index("ARTICLE II")
    sections = (
        Section("ARTICLE I", "I", "", 1, 0, cut, 1),
        Section("ARTICLE II", "II", "", 1, cut, len(TEXT), 2),
    )
    two = (
        Page(1, 0, cut, 612.0, 792.0, cut, "text_layer"),
        Page(2, cut, len(TEXT), 612.0, 792.0, len(TEXT) - cut, "text_layer", label="ii"),
    )
    return Places(KeptText(TEXT, Structure((), two if pages else (), sections)))


def a_cell(words: str, row: int, column: int, **more: Any) -> Cell:
    return Cell(*a_span(words), row, column, **more)


TABLE = Table(
    *a_span("Item\tPrice\nPen\t=1"),
    rows=3,
    columns=2,
    cells=(
        a_cell("Item", 0, 0, header=True),
        a_cell("Price", 0, 1, header=True),
        a_cell("Pen", 1, 0, row_span=2, page=2, box=(1.0, 2.0, 3.0, 4.0)),
        a_cell("=1", 1, 1),
    ),
    caption="Prices",
)


def test_offsets_lie_on_a_page_and_in_the_innermost_section() -> None:
    where = places()
    cut = TEXT.index("ARTICLE II")
    assert [where.page(at) for at in (0, cut - 1, cut, len(TEXT))] == [1, 1, 2, 2]
    assert [where.section(at) for at in (0, cut - 1, cut, len(TEXT) - 1)] == ["I", "I", "II", "II"]
    assert places(pages=False).page(3) is None


def test_a_definition_comes_with_its_words() -> None:
    start, end = a_span('"Fee" means ten dollars.')
    found = definition_json(Definition("Fee", start + 1, start + 4, start, end, "means", "I"), places())
    assert (found["term"], found["text"], found["page"], found["section"]) == ("Fee", TEXT[start:end], 1, "I")


def test_a_reference_leads_to_a_place_or_nowhere() -> None:
    start, end = a_span("Article I.")
    inside = Reference(start, end - 1, "article", "Article I", "I", 0, 34)
    found = reference_json(inside, places())
    assert found["target"] == {"path": "I", "start": 0, "end": 34, "page": 1}
    assert (found["label"], found["page"], found["section"]) == ("Article I", 2, "II")
    assert reference_json(Reference(start, end, "external", "RFC 7230"), places())["target"] is None


def test_a_table_comes_with_its_cells_words_and_boxes() -> None:
    found = table_json(TABLE, 1, places())
    assert (found["table"], found["rows"], found["columns"], found["caption"]) == (1, 3, 2, "Prices")
    assert (found["page_start"], found["page_end"], found["section"]) == (2, 2, "II")
    pen = found["cells"][2]
    assert (pen["text"], pen["row"], pen["row_span"], pen["page"], pen["box"]) == ("Pen", 1, 2, 2, [1.0, 2.0, 3.0, 4.0])


def test_a_table_as_rows_has_a_place_for_every_cell() -> None:
    assert table_rows(TABLE, places()) == [["Item", "Price"], ["Pen", "=1"], ["", ""]]


def test_a_mark_says_who_did_what_to_which_words() -> None:
    start, end = a_span("ten dollars")
    comment = mark_json(Mark("comment", start, end, "Too much?", "Ann", "2026-01-02T03:04:05Z"), places())
    assert (comment["about"], comment["text"], comment["author"], comment["page"]) == (
        "ten dollars",
        "Too much?",
        "Ann",
        1,
    )
    deletion = mark_json(Mark("deletion", start, start, "twenty"), places())
    assert (deletion["about"], deletion["text"], deletion["section"]) == ("", "twenty", "I")
