"""A cursor that somebody made up is refused before it reaches the database."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proviso.errors import InvalidRequest
from records.catalog import documents, extractions
from records.catalog.catalog import Catalog
from records.catalog.cursors import read_cursor, write_cursor

HALF = json.loads('"\\ud800"')


@pytest.mark.parametrize(
    "place",
    [
        ["0001-01-01T00:00:00+14:00", "doc_x"],
        ["9999-12-31T23:59:59-14:00", "doc_x"],
        ["2026-01-01T00:00:00+00:00", HALF],
        ["2026-01-01T00:00:00+00:00", "doc\0"],
    ],
)
def test_a_crafted_place_in_a_list_is_an_invalid_request(catalog: Catalog, place: list[Any]) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        catalog.read_now(documents.listing, "local", cursor=write_cursor(place))


@pytest.mark.parametrize("place", [[10**30, 1], [1, 2**31], [-1, 0]])
def test_a_crafted_place_among_cells_is_an_invalid_request(catalog: Catalog, place: list[int]) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        catalog.read_now(extractions.cells, "ext_x", limit=1, cursor=write_cursor(place))


def test_a_place_comes_back_as_it_was_written() -> None:
    assert read_cursor(write_cursor([3, 2**31 - 1]), (int, int)) == [3, 2**31 - 1]
