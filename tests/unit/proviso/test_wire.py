from __future__ import annotations

import dataclasses
import inspect
import json
from types import ModuleType, NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from proviso.boxes import PageBoxes
from proviso.types import answers, chat, documents, extractions, search
from proviso.types.answers import CallUsage, Evidence
from proviso.wire import from_data, from_json, to_data, to_json, to_line

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
EVIDENCE = Evidence(
    1, "doc_a", 1, "MSA", "q", "q", 0, 1, 1, 1, (PageBoxes(1, 612.0, 792.0, ((1.0, 2.0, 3.0, 4.0),)),), "12.3", "exact"
)


SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    Any: JSON,
    str: st.text(max_size=8),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    NoneType: st.none(),
    dict[str, Any]: st.dictionaries(st.text(max_size=5), JSON, max_size=2),
    dict[str, str]: st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
}


def crossing(*modules: ModuleType) -> list[type]:
    """The dataclasses of these modules that are made of JSON alone: all but those that hold columns of numbers."""
    found = [kind for module in modules for _, kind in inspect.getmembers(module, dataclasses.is_dataclass)]
    own = {kind for kind in found if kind.__module__ in {module.__name__ for module in modules}}
    columns = {documents.Parsed, search.IndexPoint, search.IndexQuery, search.StoredVectors}
    return sorted(own - columns, key=lambda kind: kind.__name__)


def values_of(hint: Any, within: frozenset[Any] = frozenset()) -> st.SearchStrategy[Any]:
    """Any value of a type that such a dataclass uses; a type that holds others of itself holds them one deep."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        types = get_type_hints(hint).items()
        return st.builds(hint, **{name: values_of(kind, _deeper(hint, within)) for name, kind in types})
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple and arguments[-1] is not Ellipsis:
        return st.tuples(*(values_of(one, within) for one in arguments))
    if origin is tuple and (arguments[0], "again") in within:
        return st.just(())
    if origin is tuple:
        return st.lists(values_of(arguments[0], within), max_size=2).map(tuple)
    return st.one_of(*(values_of(one, within) for one in arguments))


def _deeper(kind: type, within: frozenset[Any]) -> frozenset[Any]:
    return within | {(kind, "again") if kind in within else kind}


@pytest.mark.parametrize(
    "kind", crossing(answers, chat, documents, extractions, search), ids=lambda kind: kind.__name__
)
def test_every_type_that_crosses_floors_is_read_back_as_it_was(kind: type) -> None:
    @settings(max_examples=20)
    @given(values_of(kind))
    def read_back(value: Any) -> None:
        data = to_data(value)
        json.dumps(data, allow_nan=False)
        assert from_data(kind, data) == value
        assert from_json(kind, to_json(value)) == value
        assert json.loads(to_line(value)) == data

    read_back()


def test_a_dataclass_becomes_plain_data_to_its_depth() -> None:
    data = to_data({"evidence": (EVIDENCE,)})
    assert data["evidence"][0]["pages"] == [
        {"page": 1, "width": 612.0, "height": 792.0, "boxes": [[1.0, 2.0, 3.0, 4.0]]}
    ]


def test_data_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValidationError):
        from_data(CallUsage, {"purpose": "answer", "prompt": "many", "reasoning": 0, "answer": 0})
    with pytest.raises(ValidationError):
        from_json(CallUsage, b"{}")


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3))
def test_a_line_is_one_line_to_every_reader_and_loses_nothing(data: dict[str, str]) -> None:
    line = to_line(data)
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line) == data


def test_a_line_holds_what_utf_8_cannot() -> None:
    assert json.loads(to_line({"a": "x\ud800\u2028\x85"})) == {"a": "x\ud800\u2028\x85"}
    assert to_line({"usage": CallUsage("é", 1, 2, 3)}).startswith(
        '{"usage": {"purpose": "é", "prompt": 1, "reasoning": 2, "answer": 3, "cached": 0, "cost": null, '.encode()
    )
