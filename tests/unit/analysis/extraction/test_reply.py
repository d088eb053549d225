from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.extraction.reply import REPLY_SCHEMA, ReplyCell, Unreadable, read_reply

CELL = {"field": "/governing_law", "found": True, "value": "Delaware", "quotes": ["the laws of Delaware"]}
READ = ReplyCell("/governing_law", True, "Delaware", ("the laws of Delaware",))
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
CELLS = st.lists(
    st.fixed_dictionaries(
        {
            "field": TEXT.map(lambda name: f"/{name.strip()}"),
            "found": st.booleans(),
            "value": st.none() | st.booleans() | st.integers() | TEXT | st.dictionaries(TEXT, TEXT, max_size=2),
            "quotes": st.lists(TEXT.filter(str.strip), max_size=3),
        }
    ),
    max_size=5,
)


def reply(*cells: Any) -> str:
    return json.dumps({"cells": list(cells)})


@given(CELLS)
def test_what_fits_the_schema_is_read_as_it_is(cells: list[dict[str, Any]]) -> None:
    read = read_reply(json.dumps({"cells": cells}))
    assert [(c.field, c.found, c.value, list(c.quotes)) for c in read] == [
        (c["field"], c["found"], c["value"], c["quotes"]) for c in cells
    ]


@pytest.mark.parametrize(
    "text",
    [
        reply(CELL),
        f"```json\n{reply(CELL)}\n```",
        f"Here is {{what}} I found:\n{reply(CELL)}\nI hope it helps {{really}}.",
        f'{{"note": 1}} {reply(CELL)}',
        f'{{"result": {reply(CELL)}}}',
        json.dumps({"cells": [CELL]}, indent=2),
    ],
)
def test_words_and_fences_around_the_object_are_passed_over(text: str) -> None:
    assert read_reply(text) == [READ]


@pytest.mark.parametrize(
    ("change", "field", "found", "quotes"),
    [
        ({"field": "governing_law"}, "/governing_law", True, 1),
        ({"field": " #/governing_law "}, "/governing_law", True, 1),
        ({"quotes": "the laws of Delaware"}, "/governing_law", True, 1),
        ({"quotes": ["", "  ", 5, None]}, "/governing_law", True, 0),
        ({"quotes": None}, "/governing_law", True, 0),
        ({"quotes": {"a": 1}}, "/governing_law", True, 0),
        ({"found": None}, "/governing_law", True, 1),
        ({"found": None, "value": None}, "/governing_law", False, 1),
        ({"found": "false"}, "/governing_law", False, 1),
        ({"found": "Yes"}, "/governing_law", True, 1),
        ({"found": False}, "/governing_law", False, 1),
    ],
)
def test_small_liberties_are_understood(change: dict[str, Any], field: str, found: bool, quotes: int) -> None:
    [cell] = read_reply(reply(CELL | change))
    assert (cell.field, cell.found, len(cell.quotes)) == (field, found, quotes)


def test_what_is_no_cell_is_passed_over() -> None:
    assert read_reply(reply("x", None, {"found": True}, {"field": 5}, CELL)) == [READ]


def test_not_a_number_is_no_value() -> None:
    [cell] = read_reply('{"cells": [{"field": "/a", "found": true, "value": NaN, "quotes": []}]}')
    assert cell.value is None


def test_what_no_database_takes_is_replaced() -> None:
    text = r'{"cells": [{"field": "/a", "found": true, "value": {"name": "A\ud800\u0000B"}, "quotes": ["x\udc00"]}]}'
    [cell] = read_reply(text)
    assert cell.value == {"name": "A\ufffd\ufffdB"}
    assert cell.quotes == ("x\ufffd",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON object"),
        ("I could not find anything.", "no JSON object"),
        ("{}", "no JSON object"),
        ("[1, 2]", "no JSON object"),
        ('{"cells": {}}', "no list"),
        ('{"cells": null}', "no list"),
        (reply(CELL)[:-10], "not JSON"),
        (reply(CELL)[:40], "not JSON"),
        ("{'cells': []}", "not JSON"),
        ('{"cells": ' + "[" * 100_000, "not usable"),
        ('{"cells": [' + "9" * 10_000 + "]}", "not usable"),
    ],
)
def test_a_reply_that_cannot_be_read_says_why(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_reply(text)


@given(st.text(max_size=200) | st.text('{}[]":, cels', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Unreadable):
        assert isinstance(read_reply(text), list)


@given(CELLS.filter(bool), st.integers(1, 20))
def test_a_reply_cut_off_is_never_read_as_a_shorter_one(cells: list[dict[str, Any]], cut: int) -> None:
    with pytest.raises(Unreadable):
        read_reply(json.dumps({"cells": cells})[:-cut].rstrip("}"))


def test_the_schema_that_goes_to_the_server_is_that_of_the_cells() -> None:
    assert set(REPLY_SCHEMA["properties"]["cells"]["items"]["required"]) == set(CELL)
