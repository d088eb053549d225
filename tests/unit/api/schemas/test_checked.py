"""What no request may hold is refused with its place, at any depth, before anything is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.schemas.asking import AskBody
from api.schemas.checked import DEEPEST, checked
from api.schemas.documents import Reprocess
from api.schemas.extracting import ExtractBody
from proviso.errors import InvalidRequest

HALF = json.loads('"\\ud800"')


def nested(levels: int) -> Any:
    data: Any = "x"
    for _ in range(levels):
        data = [data]
    return data


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"a": HALF}, "/a"),
        ({"a": "NUL \0"}, "/a"),
        ({"a": [1, {"b/c": ["x", HALF]}]}, "/a/1/b~1c/1"),
        ({"a": float("nan")}, "/a"),
        ({"a": [float("-inf")]}, "/a/0"),
        ({HALF: 1}, f"/{HALF}"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_place(data: Any, pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked(data)
    assert [place.pointer for place in refused.value.places] == [pointer]


def test_nesting_is_read_to_a_limit_and_no_further() -> None:
    checked(nested(DEEPEST))
    for levels in (DEEPEST + 1, 900):
        with pytest.raises(InvalidRequest, match="nested deeper"):
            checked(nested(levels))


def test_ordinary_data_passes() -> None:
    checked({"a": [1, 2.5, None, True, "naïve 𝔘nicode\n"], "b": {"c": {}}})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (AskBody, {"question": "x", "filter": {"metadata.a": HALF}}),
        (AskBody, {"question": "x", "filter": {"metadata.a": nested(300)}}),
        (AskBody, {"question": "x", "history": [{"role": "user", "content": HALF}]}),
        (ExtractBody, {"schema": {"type": "object", "properties": nested(300)}}),
        (Reprocess, {"password": HALF}),
    ],
)
def test_every_body_is_checked(kind: Any, body: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        kind.model_validate(body)
    with pytest.raises(InvalidRequest):
        kind.model_validate({"unknown": HALF})
