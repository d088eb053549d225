"""Tables of the real documents: registers of the datasheet in rows, statements of reports, and contracts without false tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.tables import faults, registers, registers_found
from ingest.parsing.pdf import parse
from proviso.types.documents import Parsed

pytestmark = pytest.mark.shared


def read(path: Path) -> Parsed:
    parsed = parse(path, path.name, None)
    assert faults(parsed) == []
    return parsed


def rows_of(parsed: Parsed) -> list[str]:
    return [parsed.text[block.start : block.end] for block in parsed.blocks if block.kind == "table_row"]


def test_registers_of_the_datasheet_stand_in_rows(shared_data: Path) -> None:
    parsed = read(shared_data / "specs" / "pdf" / "pulpissimo-datasheet.pdf")
    whole, _, _ = registers_found(parsed, registers())
    assert len(whole) >= 139


def test_a_register_table_over_three_pages_is_one_table_with_its_caption(shared_data: Path) -> None:
    parsed = read(shared_data / "specs" / "pdf" / "pulpissimo-datasheet.pdf")
    table = next(table for table in parsed.tables if table.caption.startswith("Table 4.9"))
    assert {cell.page for cell in table.cells} == {43, 44, 45}
    assert table.rows == 35


def test_a_currency_sign_apart_from_its_figure_is_in_its_cell(shared_data: Path) -> None:
    parsed = read(shared_data / "robust" / "plumber" / "senate-expenditures.pdf")
    assert any(row.endswith("\t37,499.96") for row in rows_of(parsed))
    parsed = read(shared_data / "financebench" / "pdf" / "AMAZON_2019_10K.pdf")
    assert "Net product sales\t$ 118,573\t$ 141,915\t$ 160,408" in rows_of(parsed)


def test_ruled_rows_of_five_lines_each_are_five_rows(shared_data: Path) -> None:
    parsed = read(shared_data / "robust" / "plumber" / "nics-background-checks-2015-11.pdf")
    guam = next(row for row in rows_of(parsed) if row.startswith("Guam\t"))
    assert guam.split("\t")[:8] == ["Guam", "0", "100", "55", "12", "3", "0", "0"]


def test_cells_over_all_columns_keep_their_span(shared_data: Path) -> None:
    parsed = read(shared_data / "robust" / "plumber" / "table-curves-example.pdf")
    table = parsed.tables[0]
    assert (table.columns, table.caption) == (4, "Table 2: Tabulated adverse reactions")
    wide = next(cell for cell in table.cells if parsed.text[cell.start : cell.end] == "Eye disorders")
    assert wide.column_span == 4


@pytest.mark.parametrize("name", ["VerizonAbs", "ALLIANCEBANCORP", "PfHospitality", "WORLDWIDESTRATEGIES"])
def test_contracts_without_tables_have_none(shared_data: Path, name: str) -> None:
    path = next((shared_data / "cuad" / "pdf").glob(f"{name}*"))
    assert read(path).tables == ()
