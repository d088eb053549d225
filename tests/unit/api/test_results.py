from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.results import FORMULA_STARTS, LONG_COLUMNS, objects, render_results
from proviso.types.answers import Evidence
from proviso.types.extractions import Cell, CellOutcome, Derived

EVIDENCE = Evidence(1, "doc_a", 1, "MSA", "-laws of Delaware", "laws of Delaware", 10, 26, 3, 3, (), "12.3", "exact")
INVENTED = Evidence(1, "doc_a", 1, "MSA", "@laws of Texas", None, None, None, None, None, (), "", "unverified")


def a_cell(
    field: str = "/law",
    value: Any = None,
    outcome: CellOutcome | None = None,
    document: str = "doc_a",
    evidence: tuple[Evidence, ...] = (),
    **more: Any,
) -> Cell:
    known = {"version": 1, "title": "MSA", "type": "string", "raw": None, "reason": None, "coverage": None} | more
    return Cell(
        document_id=document,
        field=field,
        value=value,
        outcome=outcome or ("absent" if value is None else "found"),
        evidence=evidence,
        **known,
    )


def table_of(cells: Sequence[Cell], layout: str = "long") -> list[list[str]]:
    body = bytes(render_results(cells, None, "csv", "cells", layout).body).decode()
    return list(csv.reader(io.StringIO(body, newline="")))


def test_json_is_a_page_of_cells() -> None:
    cells = [a_cell(value="Delaware", evidence=(EVIDENCE,))]
    data = json.loads(render_results(cells, "next", "json", "cells", "long").body)
    assert data["next_cursor"] == "next"
    [cell] = data["items"]
    assert (cell["field"], cell["value"], cell["evidence"][0]["state"], cell["review"]) == (
        "/law",
        "Delaware",
        "exact",
        None,
    )


def test_jsonl_is_one_cell_a_line_whatever_is_in_it() -> None:
    cells = [a_cell(value="a\nb\u2028c\x85d\x0ce"), a_cell("/b", value="x", raw="\ud800")]
    response = render_results(cells, None, "jsonl", "cells", "long")
    lines = bytes(response.body).decode().splitlines()
    assert [json.loads(line)["value"] for line in lines] == ["a\nb\u2028c\x85d\x0ce", "x"]


def test_long_csv_is_a_row_a_cell_with_its_first_evidence() -> None:
    header, *rows = table_of(
        [
            a_cell(
                value="Delaware",
                raw="State of Delaware",
                evidence=(EVIDENCE, INVENTED),
                derived=Derived("agrees", ("Delaware",)),
            ),
            a_cell("/b"),
        ]
    )
    assert header == list(LONG_COLUMNS)
    assert rows == [
        [
            "doc_a",
            "MSA",
            "/law",
            "string",
            "found",
            "Delaware",
            "State of Delaware",
            "laws of Delaware",
            "3",
            "12.3",
            "exact",
            "",
            "agrees",
        ],
        ["doc_a", "MSA", "/b", "string", "absent", "", "", "", "", "", "", "", ""],
    ]


def test_wide_csv_is_a_row_a_document_and_a_column_a_field() -> None:
    cells = [
        a_cell("/a", "x"),
        a_cell("/b", 5),
        a_cell("/b", 6, document="doc_b"),
        a_cell("/c", True, document="doc_b"),
    ]
    assert table_of(cells, "wide") == [
        ["document_id", "title", "/a", "/b", "/c"],
        ["doc_a", "MSA", "x", "5", ""],
        ["doc_b", "MSA", "", "6", "true"],
    ]


def test_in_wide_csv_nothing_looks_surer_than_it_is() -> None:
    cells = [
        a_cell("/a"),
        a_cell("/b", outcome="conflicting"),
        a_cell("/c", outcome="failed"),
        a_cell("/d", "Texas", "found_unverified"),
        a_cell("/e", {"amount": "5", "currency": "USD"}),
    ]
    assert table_of(cells, "wide")[1][2:] == [
        "[absent]",
        "[conflicting]",
        "[failed]",
        "Texas [found_unverified]",
        '{"amount": "5", "currency": "USD"}',
    ]


@pytest.mark.parametrize("start", FORMULA_STARTS)
@pytest.mark.parametrize("layout", ["long", "wide"])
def test_a_text_that_begins_like_a_formula_is_escaped(start: str, layout: str) -> None:
    cells = [a_cell("/law", f"{start}cmd()", title=f"{start}title", reason=f"{start}reason", evidence=(INVENTED,))]
    shown = [value for row in table_of(cells, layout) for value in row]
    assert f"'{start}cmd()" in shown
    assert f"'{start}title" in shown
    assert not any(value.startswith(FORMULA_STARTS) for value in shown)


def test_a_negative_number_is_a_number_and_no_formula() -> None:
    assert table_of([a_cell("/n", -5.5, type="number")], "wide")[1][2] == "-5.5"


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=1, max_size=5))
def test_any_text_comes_out_of_a_csv_as_it_went_in(texts: list[tuple[str, str]]) -> None:
    cells = [a_cell("/x", value, raw=raw) for value, raw in texts]
    for row, (value, raw) in zip(table_of(cells)[1:], texts, strict=True):
        for shown, given_text in ((row[5], value), (row[6], raw)):
            meant = given_text.encode("utf-8", "replace").decode()
            assert shown == (f"'{meant}" if meant.startswith(FORMULA_STARTS) else meant)


def test_objects_have_the_shape_of_the_schema() -> None:
    cells = [
        a_cell("/law", "Delaware"),
        a_cell("/fees/late", 0.05),
        a_cell("/fees/per~1year", None),
        a_cell("/parties/0", {"name": "Acme", "role": None}),
        a_cell("/parties/1", {"name": "Bolt", "role": None}),
        a_cell("/duties/0/who", "Buyer"),
        a_cell("/duties/0/steps/0", "a"),
        a_cell("/duties/1/who", None, "failed"),
        a_cell("/duties/1/steps", None, "absent", type="array"),
        a_cell("/notices", None, "absent", type="array"),
        a_cell("/audits", None, "failed", type="array"),
        a_cell("/law", "Texas", document="doc_b"),
    ]
    first, second = objects(cells)
    assert first["value"] == {
        "law": "Delaware",
        "fees": {"late": 0.05, "per/year": None},
        "parties": [{"name": "Acme", "role": None}, {"name": "Bolt", "role": None}],
        "duties": [{"who": "Buyer", "steps": ["a"]}, {"who": None, "steps": []}],
        "notices": [],
        "audits": None,
    }
    assert first["outcomes"]["/duties/1/who"] == "failed"
    assert len(first["outcomes"]) == 11
    assert second == {"document_id": "doc_b", "value": {"law": "Texas"}, "outcomes": {"/law": "found"}}


def test_an_item_that_a_filter_left_out_is_null_in_its_list() -> None:
    assert objects([a_cell("/parties/2", "Acme"), a_cell("/parties/0", "Bolt")])[0]["value"] == {
        "parties": ["Bolt", None, "Acme"]
    }


@pytest.mark.parametrize("order", [1, -1])
def test_a_cell_of_a_whole_array_never_hides_its_items(order: int) -> None:
    cells = [a_cell("/duties", None, "failed", type="array"), a_cell("/duties/0/who", "Buyer")][::order]
    assert objects(cells)[0]["value"] == {"duties": [{"who": "Buyer"}]}


def test_a_cell_of_a_leaf_nobody_numbered_stands_for_the_array() -> None:
    assert objects([a_cell("/duties/*/who", None, "failed")])[0]["value"] == {"duties": None}


def test_a_value_that_is_an_object_stays_as_it_is() -> None:
    assert objects([a_cell("/odd", {"0": "a"})])[0]["value"] == {"odd": {"0": "a"}}


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(["a", "b", "0", "1", "7", "*", "~1"]), min_size=1, max_size=4),
            st.none() | st.integers() | st.text(max_size=3),
        ),
        max_size=8,
    )
)
def test_any_pointers_give_an_object(places: list[tuple[list[str], Any]]) -> None:
    cells = [a_cell("/x/" + "/".join(path), value) for path, value in places]
    for item in objects(cells):
        json.dumps(item)
        assert set(item["outcomes"]) == {cell.field for cell in cells}


def test_objects_may_be_lines_too() -> None:
    body = bytes(
        render_results([a_cell(value="x"), a_cell(value="y", document="doc_b")], None, "jsonl", "objects", "long").body
    )
    assert [json.loads(line)["value"] for line in body.splitlines()] == [{"law": "x"}, {"law": "y"}]


def test_a_csv_is_an_attachment() -> None:
    response = render_results([], None, "csv", "cells", "long")
    assert response.headers["content-disposition"].startswith("attachment")
    assert response.media_type == "text/csv; charset=utf-8"
