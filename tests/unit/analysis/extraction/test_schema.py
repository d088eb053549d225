from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.extraction.schema import FORMATS, KEYWORDS, MAX_DEPTH, MAX_FIELDS, fields_of
from proviso.errors import InvalidSchema, Place
from proviso.types.extractions import Field

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["string", "object", "array", "date", "party", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*sorted(KEYWORDS), "a", "*", "7", "", "$ref"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def faults_of(schema: Any) -> dict[str, str]:
    with pytest.raises(InvalidSchema) as refusal:
        fields_of(schema)
    return {place.pointer: place.detail for place in refusal.value.places}


def test_leaves_become_fields_in_order_with_titles_that_say_where_they_lie() -> None:
    schema = an_object(
        law={"type": "string", "title": "Governing law", "description": "Whose law."},
        fees=an_object(late_fee={"type": "number", "format": "percentage"}),
        status={"enum": ["signed", "draft"]},
    )
    fields = fields_of(schema)
    assert [(f.pointer, f.type, f.format, f.title) for f in fields] == [
        ("/law", "string", None, "Governing law"),
        ("/fees/late_fee", "number", "percentage", "fees late fee"),
        ("/status", "string", None, "status"),
    ]
    assert fields[0].description == "Whose law."
    assert fields[2].enum == ("signed", "draft")


def test_leaves_of_arrays_have_a_star_for_the_item() -> None:
    schema = an_object(
        notices={"type": "array", "items": {"type": "string"}},
        duties={"type": "array", "items": an_object(who={"type": "string"}, due={"type": "string", "format": "date"})},
        deep={"type": "array", "items": an_object(inner={"type": "array", "items": {"type": "string"}})},
    )
    assert [(f.pointer, f.array) for f in fields_of(schema)] == [
        ("/notices/*", True),
        ("/duties/*/who", True),
        ("/duties/*/due", True),
        ("/deep/*/inner/*", True),
    ]


def test_what_an_array_or_object_is_about_reaches_its_leaves_but_the_schema_itself_does_not() -> None:
    schema = {
        "type": "object",
        "description": "Everything about a contract.",
        "properties": {
            "addresses": {"type": "array", "description": "Where notices go.", "items": {"type": "string"}},
            "fees": {
                "type": "object",
                "description": "What is paid.",
                "properties": {"late": {"type": "string", "description": "If late."}},
            },
        },
    }
    assert [f.description for f in fields_of(schema)] == ["Where notices go.", "What is paid. If late."]


def test_names_are_escaped_as_json_pointer_says() -> None:
    assert [f.pointer for f in fields_of(an_object(**{"a/b~c": {"type": "string"}}))] == ["/a~1b~0c"]


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ({}, "/type"),
        ({"type": "object"}, "/properties"),
        ({"type": "object", "properties": {}}, "/properties"),
        ({"type": "object", "properties": []}, "/properties"),
        ({"type": "string"}, "/type"),
        ({"enum": ["a"]}, "/type"),
        ({"type": "array", "items": {"type": "string"}}, "/type"),
        ({"type": "object", "format": "party"}, "/type"),
        ({"$ref": "#/x", "type": "object", "properties": {"a": {"type": "string"}}}, "/$ref"),
        (an_object(a=5), "/properties/a"),
        (an_object(a={}), "/properties/a/type"),
        (an_object(a={"type": None}), "/properties/a/type"),
        (an_object(a={"type": "text"}), "/properties/a/type"),
        (an_object(a={"type": ["string", "null"]}), "/properties/a/type"),
        (an_object(a={"type": "string", "pattern": "x"}), "/properties/a/pattern"),
        (an_object(a={"type": "string", "format": "email"}), "/properties/a/format"),
        (an_object(a={"type": "string", "format": {"a": 1}}), "/properties/a/format"),
        (an_object(a={"type": "boolean", "format": "date"}), "/properties/a/format"),
        (an_object(a={"type": "integer", "format": "money"}), "/properties/a/format"),
        (an_object(a={"type": "array", "format": "date", "items": {"type": "string"}}), "/properties/a/format"),
        (an_object(a={"type": "string", "enum": []}), "/properties/a/enum"),
        (an_object(a={"type": "string", "enum": "ab"}), "/properties/a/enum"),
        (an_object(a={"type": "string", "enum": [None]}), "/properties/a/enum"),
        (an_object(a={**an_object(b={"type": "string"}), "enum": ["x"]}), "/properties/a/enum"),
        (an_object(a={"type": "array"}), "/properties/a/items"),
        (an_object(a={"type": "array", "items": {}}), "/properties/a/items/type"),
        (an_object(a={"type": "array", "items": [{"type": "string"}]}), "/properties/a/items"),
        (an_object(a={"type": "string", "items": {"type": "string"}}), "/properties/a/items"),
        (an_object(a={"type": "string", "properties": {"b": {"type": "string"}}}), "/properties/a/properties"),
        (an_object(a={"type": "object", "format": "party", "properties": {}}), "/properties/a/properties"),
        (an_object(a={"type": "string", "title": 5}), "/properties/a/title"),
        (an_object(a={"type": "string", "description": ["x"]}), "/properties/a/description"),
        (an_object(a={"type": "string", "required": True}), "/properties/a/required"),
        ({**an_object(a={"type": "string"}), "required": ["b"]}, "/required"),
        ({**an_object(a={"type": "string"}), "required": [["a"]]}, "/required"),
        ({**an_object(a={"type": "string"}), "additionalProperties": {"type": "string"}}, "/additionalProperties"),
        (an_object(**{"": {"type": "string"}}), "/properties/"),
        (an_object(**{"2024": {"type": "string"}}), "/properties/2024"),
        (an_object(**{"*": {"type": "string"}}), "/properties/*"),
        (an_object(**{"a/b": {"type": "text"}}), "/properties/a~1b/type"),
        (an_object(**{"a\ud800": {"type": "string"}}), "/properties/a\ud800"),
        (an_object(a=an_object(b={"type": "string", "minLength": 1})), "/properties/a/properties/b/minLength"),
    ],
)
def test_a_fault_names_its_place(schema: Any, pointer: str) -> None:
    assert pointer in faults_of(schema)


def test_every_fault_is_named_at_once() -> None:
    found = faults_of(an_object(a={"type": "text"}, b={"type": "string", "minLength": 1}, c={"type": "array"}))
    assert list(found) == ["/properties/a/type", "/properties/b/minLength", "/properties/c/items"]


def test_a_schema_may_be_as_deep_as_the_limit_and_no_deeper() -> None:
    def nested(depth: int) -> dict[str, Any]:
        return {"type": "string"} if depth == 0 else an_object(a=nested(depth - 1))

    assert len(fields_of(nested(MAX_DEPTH))) == 1
    assert any("deeper" in detail for detail in faults_of(nested(MAX_DEPTH + 1)).values())


def test_a_schema_may_have_as_many_fields_as_the_limit_and_no_more() -> None:
    def wide(count: int) -> dict[str, Any]:
        return an_object(**{f"f{n}": {"type": "string"} for n in range(count)})

    assert len(fields_of(wide(MAX_FIELDS))) == MAX_FIELDS
    with pytest.raises(InvalidSchema, match=str(MAX_FIELDS)):
        fields_of(wide(MAX_FIELDS + 1))


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_format_may_stand_on_a_string(form: str) -> None:
    assert fields_of(an_object(a={"type": "string", "format": form}))[0].format == form


@pytest.mark.parametrize(
    "harmless", [{"$schema": "https://json-schema.org/x"}, {"additionalProperties": False}, {"required": ["a"]}]
)
def test_what_schema_writers_add_by_habit_is_accepted(harmless: dict[str, Any]) -> None:
    assert fields_of(an_object(a={"type": "string"}) | harmless)


@given(JSON)
def test_any_json_gives_fields_or_faults_with_pointers(schema: Any) -> None:
    places: tuple[Place, ...] = ()
    fields: list[Field] = []
    try:
        fields = fields_of(schema)
    except InvalidSchema as refusal:
        places = refusal.places
    assert bool(fields) != bool(places)
    assert all(place.pointer == "" or place.pointer.startswith("/") for place in places)
    assert len({field.pointer for field in fields}) == len(fields)
    assert all(field.array == ("/*" in field.pointer) for field in fields)
