"""Tables in PDFs: rows and cells with their boxes, by lines and by alignment, and what is no table."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.parsing.pdf_open import open_pdf
from ingest.parsing.pdf_rules import read_rules
from proviso.types.documents import Cell, Parsed, Table
from tests.instruments.pdf_writer import LEFT, assemble, text_page
from tests.instruments.table_writer import a_grid, a_statement, in_grid, page_of, ruled
from tests.unit.ingest.parsing.files import a_pdf_of, blocks, read

XS = (72, 160, 260, 400)
YS = (100, 118, 136, 154)
REGISTERS = (("Name", "Address", "Description"), ("STATUS", "0x1A10", "Status register"), ("CFG", "", "Configuration"))
INCOME = (
    ("", ("2023", "2022")),
    ("Net sales", ("$ 1,118,573", "$ 941,915")),
    ("Cost of sales", ("(59,293)", "(90,972)")),
    ("Operating income", ("$ 1,059,280", "$ 850,943")),
)


def a_table(*, rotate: int = 0, caption: str = "") -> bytes:
    words = in_grid(XS, YS, REGISTERS)
    if caption:
        words.append((72, 90, caption))
    return assemble([page_of(words, a_grid(XS, YS))], rotate=rotate)


def rows_of(parsed: Parsed) -> list[str]:
    return [words for kind, words in blocks(parsed) if kind == "table_row"]


def only_table(parsed: Parsed) -> Table:
    assert len(parsed.tables) == 1
    return parsed.tables[0]


def cell_of(parsed: Parsed, words: str) -> Cell:
    return next(cell for table in parsed.tables for cell in table.cells if parsed.text[cell.start : cell.end] == words)


def words_outside_their_cells(parsed: Parsed) -> list[str]:
    out = []
    for page in parsed.words:
        for at in range(len(page)):
            cells = [
                cell
                for table in parsed.tables
                for cell in table.cells
                if cell.page == page.page and cell.start <= page.starts[at] < cell.end
            ]
            x0, y0, x1, y1 = page.boxes[4 * at : 4 * at + 4]
            for cell in cells:
                assert cell.box is not None
                if not (
                    cell.box[0] - 1 <= x0 and cell.box[1] - 1 <= y0 and x1 <= cell.box[2] + 1 and y1 <= cell.box[3] + 1
                ):
                    out.append(parsed.text[page.starts[at] : page.ends[at]])
    return out


def test_a_ruled_table_is_one_block_per_row_with_tabs_between_cells(tmp_path: Path) -> None:
    parsed = read(tmp_path, "table.pdf", a_table())
    assert rows_of(parsed) == ["Name\tAddress\tDescription", "STATUS\t0x1A10\tStatus register", "CFG\t\tConfiguration"]


def test_cells_know_their_row_column_and_box_as_ruled(tmp_path: Path) -> None:
    parsed = read(tmp_path, "table.pdf", a_table())
    table = only_table(parsed)
    assert (table.rows, table.columns, len(table.cells)) == (3, 3, 9)
    cell = cell_of(parsed, "Status register")
    assert (cell.row, cell.column, cell.row_span, cell.column_span, cell.page) == (1, 2, 1, 1, 1)
    assert cell.box == pytest.approx((260, 118, 400, 136), abs=1)
    assert words_outside_their_cells(parsed) == []


def test_the_table_spans_its_rows_and_an_empty_cell_has_no_words(tmp_path: Path) -> None:
    parsed = read(tmp_path, "table.pdf", a_table())
    table = only_table(parsed)
    assert parsed.text[table.start : table.end] == "\n".join(rows_of(parsed))
    empty = [cell for cell in table.cells if cell.start == cell.end]
    assert [(cell.row, cell.column) for cell in empty] == [(2, 1)]


def test_the_first_row_of_names_is_a_header(tmp_path: Path) -> None:
    table = only_table(read(tmp_path, "table.pdf", a_table()))
    assert {cell.row for cell in table.cells if cell.header} == {0}


def test_a_cell_over_several_columns_is_one_cell(tmp_path: Path) -> None:
    xs, ys = (72, 172, 272, 372), (100, 118, 136, 154)
    lines = [line for line in a_grid(xs, ys) if line[0] not in (172, 272) or line[1] == line[3]]
    lines += [(x, ys[1], x, ys[-1]) for x in (172, 272)]
    words = [(80, 112, "Limits"), *in_grid(xs, ys[1:], (("Low", "Typical", "High"), ("1.7", "1.8", "1.9")))]
    parsed = read(tmp_path, "spans.pdf", assemble([page_of(words, lines)]))
    assert rows_of(parsed) == ["Limits", "Low\tTypical\tHigh", "1.7\t1.8\t1.9"]
    assert cell_of(parsed, "Limits").column_span == 3


def test_words_of_a_cell_that_wraps_stay_together(tmp_path: Path) -> None:
    ys = (100, 118, 150)
    words = [*in_grid(XS, ys, (("Name", "Size", "Description"), ("INTEG", "32", "")))]
    words += [(264, 130, "Integrator config-"), (264, 143, "uration register")]
    other = "The configuration of each register is described, and every configuration is kept."
    parsed = read(tmp_path, "wrap.pdf", assemble([page_of([*words, (72, 300, other)], a_grid(XS, ys))]))
    assert rows_of(parsed)[1] == "INTEG\t32\tIntegrator configuration register"
    assert words_outside_their_cells(parsed) == []


def test_figures_aligned_under_each_other_make_a_table_without_lines(tmp_path: Path) -> None:
    parsed = read(tmp_path, "income.pdf", assemble([page_of(a_statement(200, INCOME, (400, 500)))]))
    assert rows_of(parsed) == [
        "\t2023\t2022",
        "Net sales\t$ 1,118,573\t$ 941,915",
        "Cost of sales\t(59,293)\t(90,972)",
        "Operating income\t$ 1,059,280\t$ 850,943",
    ]
    assert words_outside_their_cells(parsed) == []
    assert {cell.row for cell in only_table(parsed).cells if cell.header} == {0}


def test_a_heading_over_several_columns_reaches_as_far_as_the_line_under_it(tmp_path: Path) -> None:
    words = [(390, 185, "Year ended June 30"), *a_statement(200, INCOME, (400, 500))]
    parsed = read(tmp_path, "heading.pdf", assemble([page_of(words, [(340, 188, 500, 188)])]))
    assert cell_of(parsed, "Year ended June 30").column_span == 2


def test_words_between_three_lines_across_are_a_table(tmp_path: Path) -> None:
    rows = (
        ("Rating", "Agency", "Outlook"),
        ("BBB", "Fitch", "stable"),
        ("Baa2", "Moody", "negative"),
        ("A", "Scope", "none"),
    )
    words = [
        (x, 112 + 16 * at, text) for at, row in enumerate(rows) for x, text in zip((80, 200, 330), row, strict=True)
    ]
    lines = [(72, y, 400, y) for y in (100, 117, 168)]
    parsed = read(tmp_path, "lined.pdf", assemble([page_of(words, lines)]))
    assert rows_of(parsed) == ["\t".join(row) for row in rows]


def test_text_around_a_table_keeps_its_place(tmp_path: Path) -> None:
    words = [
        (72, 80, "The income of the group is shown here."),
        *a_statement(200, INCOME, (400, 500)),
        (72, 400, "All amounts are in thousands."),
    ]
    kinds = [kind for kind, _ in blocks(read(tmp_path, "around.pdf", assemble([page_of(words)])))]
    assert kinds == ["paragraph", *["table_row"] * 4, "paragraph"]


def test_a_table_that_goes_on_over_a_page_break_is_one_table(tmp_path: Path) -> None:
    second = in_grid(XS, YS, (REGISTERS[0], ("IRQ", "0x1A14", "Interrupts"), ("ERR", "0x1A18", "Errors")))
    first = page_of(in_grid(XS, YS, REGISTERS), a_grid(XS, YS))
    parsed = read(tmp_path, "two.pdf", assemble([first, page_of(second, a_grid(XS, YS))]))
    table = only_table(parsed)
    assert (table.rows, {cell.page for cell in table.cells}) == (6, {1, 2})
    assert {cell.row for cell in table.cells if cell.header} == {0, 3}


def test_another_table_on_the_next_page_is_another_table(tmp_path: Path) -> None:
    other = (72, 300, 420)
    second = page_of(in_grid(other, YS, (("Term", "Meaning"), ("FLL", "loop"), ("GPIO", "pins"))), a_grid(other, YS))
    first = page_of(in_grid(XS, YS, REGISTERS), a_grid(XS, YS))
    assert len(read(tmp_path, "two.pdf", assemble([first, second])).tables) == 2


def test_a_caption_beside_a_table_is_its_caption_and_stays_in_the_text(tmp_path: Path) -> None:
    parsed = read(tmp_path, "caption.pdf", a_table(caption="Table 4.2: Registers of the loop"))
    assert only_table(parsed).caption == "Table 4.2: Registers of the loop"
    assert parsed.text.startswith("Table 4.2: Registers of the loop\n\nName\t")


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_tables_of_turned_pages_have_their_boxes_on_the_page_as_displayed(tmp_path: Path, rotate: int) -> None:
    parsed = read(tmp_path, "turned.pdf", a_table(rotate=rotate))
    assert rows_of(parsed)[1] == "STATUS\t0x1A10\tStatus register"
    assert words_outside_their_cells(parsed) == []
    wide, high = (792, 612) if rotate % 180 else (612, 792)
    x0, y0, x1, y1 = 260, 118, 400, 136
    shown = {
        90: (wide - y1, x0, wide - y0, x1),
        180: (wide - x1, high - y1, wide - x0, high - y0),
        270: (y0, high - x1, y1, high - x0),
    }
    assert cell_of(parsed, "Status register").box == pytest.approx(shown[rotate], abs=1)


def test_lines_drawn_by_a_form_are_where_its_matrix_puts_them(tmp_path: Path) -> None:
    content = page_of(in_grid(XS, YS, REGISTERS)) + b"\nq 2 0 0 2 0 -792 cm /Fm1 Do Q"
    halved = [tuple(value / 2 for value in line) for line in a_grid(XS, YS)]
    drawing = ruled([(a, b, c, d) for a, b, c, d in halved])
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 612 792]/Length %d>>\nstream\n%s\nendstream" % (
        len(drawing),
        drawing,
    )
    page = b"/Resources<</Font<</F1 4 0 R>>/XObject<</Fm1 7 0 R>>>>"
    path = tmp_path / "form.pdf"
    path.write_bytes(a_pdf_of(content, page=page, objects=(form,)))
    document = open_pdf(path, "form.pdf", None)
    assert document is not None
    rules = read_rules(document[0])
    assert sorted(round(rule.at) for rule in rules.down) == list(XS)
    assert sorted(round(rule.at) for rule in rules.across) == list(YS)


def test_figures_at_the_edges_of_two_columns_are_not_one_figure(tmp_path: Path) -> None:
    xs, ys = (72, 112, 152, 192), (100, 116, 132)
    content = page_of([(76, 112, "Permit"), (116, 112, "Long"), (156, 112, "Other"), (76, 128, "Guam")], a_grid(xs, ys))
    content += b"\nBT /F1 10 Tf 1 0 0 1 142 %g Tm [(3) -3400 (0)] TJ ET" % (792 - 128)
    parsed = read(tmp_path, "apart.pdf", assemble([content]))
    assert rows_of(parsed)[1] == "Guam\t3\t0"


def test_a_drawing_of_a_hundred_thousand_paths_costs_little(tmp_path: Path) -> None:
    dots = b"\n".join(b"%d %d 2 2 re f" % (at % 600, at // 600 * 4) for at in range(100_000))
    path = tmp_path / "drawing.pdf"
    path.write_bytes(assemble([page_of(a_statement(200, INCOME, (400, 500))) + b"\n" + dots], compress=True))
    document = open_pdf(path, "drawing.pdf", None)
    assert document is not None
    page = document[0]
    started = time.thread_time()
    read_rules(page)
    assert time.thread_time() - started < 0.5


PROSE = [
    "The Supplier shall deliver 30 units within 12 months of the Effective Date, and shall",
    "pay $ 5,000 for each of the 3 units that it does not deliver by June 30, 2023. Section 4.2",
    "applies to all units of the Supplier that are made in 2022 or 2023, in each case of 10 or more.",
    "1. A second clause of 25 words follows, which is numbered and says nothing that matters.",
    "2. A third clause follows it.",
]
CONTENTS = [(label, (str(page),)) for label, page in (("Definitions", 1), ("Term", 4), ("Fees", 9), ("Notices", 14))]


def two_columns() -> bytes:
    left = [
        "the parties agree that each of",
        "them bears its own cost of the",
        "work done under this agreement",
        "until it ends",
    ]
    right = [
        "and neither of them owes the",
        "other any amount of more than",
        "100 dollars for work that was",
        "not asked for",
    ]
    lines = [(72, 100 + 14 * at, text) for at, text in enumerate(left)]
    return page_of(lines + [(320, 100 + 14 * at, text) for at, text in enumerate(right)])


def pairs(rows: Sequence[tuple[str, str]], left: float, right: float) -> bytes:
    return page_of(
        [(x, 100 + 18 * at, text) for at, row in enumerate(rows) for x, text in zip((left, right), row, strict=True)]
    )


def a_signature_block() -> bytes:
    first = [("ACME CORPORATION", "BETA LIMITED"), ("By: ____________", "By: ____________")]
    second = [
        ("Name: Ann Lee", "Name: Bo Day"),
        ("Title: Director", "Title: President"),
        ("Date: 1/2/2023", "Date: 1/3/2023"),
    ]
    return pairs(first + second, 72, 320)


def a_definition_list() -> bytes:
    first = [("Affiliate", "any person that controls a party"), ("Agreement", "this agreement with its schedules")]
    return pairs([*first, ("Fee", "what clause 4 says"), ("Term", "the time from the first day on")], 72, 220)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(text_page(PROSE), id="prose"),
        pytest.param(two_columns(), id="columns"),
        pytest.param(page_of(a_statement(100, CONTENTS, (500,))), id="contents"),
        pytest.param(a_signature_block(), id="signatures"),
        pytest.param(a_definition_list(), id="definitions"),
        pytest.param(
            page_of([(LEFT + 8, 112, "NOTICE"), (LEFT + 8, 130, "Keep dry.")], a_grid((72, 300), (95, 140))), id="box"
        ),
    ],
)
def test_what_only_looks_like_a_table_is_none(tmp_path: Path, content: bytes) -> None:
    parsed = read(tmp_path, "none.pdf", assemble([content]))
    assert parsed.tables == ()
    assert rows_of(parsed) == []
