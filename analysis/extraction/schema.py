"""Extraction schemas (floor 4, pure): a JSON Schema object checked keyword by keyword and flattened into fields.

A fault names its place by JSON pointer. Supported is what the pipeline honours; another keyword, or one that means nothing where it
stands, is refused rather than ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from proviso.errors import InvalidSchema, Place
from proviso.types.extractions import Field

OF_OBJECTS = frozenset({"properties", "required", "additionalProperties"})
OF_LEAVES = frozenset({"enum", "format"})
KEYWORDS = OF_OBJECTS | OF_LEAVES | {"$schema", "title", "description", "type", "items"}
TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean"})
FORMATS = frozenset({"date", "duration", "money", "percentage", "party"})
TYPES_OF_FORMAT = {"money": ("object", "string"), "party": ("object", "string"), "percentage": ("number", "string")}
"""A format may be put on a string, as JSON Schema has it, or on the type that its value has; others on strings only."""
MAX_FIELDS = 500
MAX_DEPTH = 8
UNUSABLE_NAME = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]|^\*|^\d+$")
"""`*` and digits stand for the items of an array in a field's pointer."""


def fields_of(schema: Mapping[str, Any]) -> list[Field]:
    """The leaves of `schema` in order. Raises InvalidSchema with every fault and its pointer."""
    faults = list(_faults(schema, "", 0))
    if not faults and (_type(schema) != "object" or "format" in schema):
        faults.append(Place("/type", "the top of an extraction schema must be an object with properties"))
    if faults:
        raise InvalidSchema(f"The schema is not usable: {faults[0].pointer or '/'}: {faults[0].detail}", places=faults)
    fields = [
        field for name, child in schema["properties"].items() for field in _leaves(child, _Path().down(name, child))
    ]
    if len(fields) > MAX_FIELDS:
        raise InvalidSchema(f"The schema has {len(fields)} fields; at most {MAX_FIELDS} are supported.")
    return fields


def _faults(node: Any, at: str, depth: int) -> Iterator[Place]:
    if not isinstance(node, Mapping):
        yield Place(at, "must be an object")
        return
    if depth > MAX_DEPTH:
        yield Place(at, f"is nested deeper than {MAX_DEPTH} levels")
        return
    yield from (Place(f"{at}/{_escape(key)}", "is not a supported keyword") for key in node if key not in KEYWORDS)
    yield from _type_faults(node, at)
    yield from _own_faults(node, at)
    kind = _type(node)
    if kind == "object" and "format" not in node:
        yield from _property_faults(node, at, depth)
    elif kind == "array":
        if "items" in node:
            yield from _faults(node["items"], f"{at}/items", depth + 1)
        else:
            yield Place(f"{at}/items", "is missing: say what the array holds")


def _type_faults(node: Mapping[str, Any], at: str) -> Iterator[Place]:
    """The type itself, and keywords that mean nothing beside it."""
    kind = node.get("type")
    if kind is None and "properties" not in node and "enum" not in node:
        yield Place(f"{at}/type", f"is missing; one of {', '.join(sorted(TYPES))}")
    elif "type" in node and (not isinstance(kind, str) or kind not in TYPES):
        yield Place(f"{at}/type", f"{kind!r} is not one of {', '.join(sorted(TYPES))}")
        return
    branch = _type(node) if "format" not in node and _type(node) in ("object", "array") else "leaf"
    allowed = {"object": OF_OBJECTS, "array": {"items"}, "leaf": OF_LEAVES}[branch]
    for key in sorted((OF_OBJECTS | OF_LEAVES | {"items"}) - allowed):
        if key in node:
            yield Place(f"{at}/{key}", f"has no meaning for {_named(node, branch)}")


def _own_faults(node: Mapping[str, Any], at: str) -> Iterator[Place]:
    form, kind = node.get("format"), _type(node)
    if "format" in node and (not isinstance(form, str) or form not in FORMATS):
        yield Place(f"{at}/format", f"{form!r} is not one of {', '.join(sorted(FORMATS))}")
    elif form is not None and kind not in TYPES_OF_FORMAT.get(form, ("string",)):
        yield Place(
            f"{at}/format", f"{form} needs the type {' or '.join(TYPES_OF_FORMAT.get(form, ('string',)))}, not {kind}"
        )
    enum = node.get("enum")
    if "enum" in node and not (isinstance(enum, list) and enum and all(isinstance(v, str | int | float) for v in enum)):
        yield Place(f"{at}/enum", "must be a list of one or more strings, numbers or booleans")
    for key in ("title", "description"):
        if key in node and not isinstance(node[key], str):
            yield Place(f"{at}/{key}", "must be text")
    if not isinstance(node.get("additionalProperties", False), bool):
        yield Place(f"{at}/additionalProperties", "must be true or false: every field needs a name")


def _property_faults(node: Mapping[str, Any], at: str, depth: int) -> Iterator[Place]:
    properties = node.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        yield Place(f"{at}/properties", "must name at least one field")
        return
    for name, child in properties.items():
        place = f"{at}/properties/{_escape(name)}"
        if not name:
            yield Place(place, "a field needs a name")
        elif UNUSABLE_NAME.search(name):
            yield Place(place, "a field's name has no control characters, does not begin with * and is not a number")
        yield from _faults(child, place, depth + 1)
    required = node.get("required", [])
    if not isinstance(required, list) or any(not isinstance(name, str) or name not in properties for name in required):
        yield Place(f"{at}/required", "must be a list of names that properties has")


class _Path:
    """What leads to a leaf: its pointer, the titles and descriptions on the way, and whether it lies in an array."""

    def __init__(self, pointer: str = "", title: str = "", description: str = "", array: bool = False) -> None:
        self.pointer, self.title, self.description, self.array = pointer, title, description, array

    def down(self, name: str, child: Mapping[str, Any]) -> _Path:
        label = child.get("title") or name.replace("_", " ")
        return _Path(f"{self.pointer}/{_escape(name)}", _joined(self.title, label), self.description, self.array)

    def said(self, node: Mapping[str, Any]) -> _Path:
        """Objects and arrays hand their description down: it says what their leaves are about."""
        return _Path(self.pointer, self.title, _joined(self.description, node.get("description", "")), self.array)

    def into_items(self) -> _Path:
        return _Path(f"{self.pointer}/*", self.title, self.description, True)


def _leaves(node: Mapping[str, Any], path: _Path) -> Iterator[Field]:
    path, kind = path.said(node), _type(node)
    if kind == "object" and "format" not in node:
        for name, child in node["properties"].items():
            yield from _leaves(child, path.down(name, child))
    elif kind == "array":
        yield from _leaves(node["items"], path.into_items())
    else:
        enum = tuple(node["enum"]) if "enum" in node else None
        yield Field(path.pointer, kind, path.title, path.description, node.get("format"), enum, path.array)


def _type(node: Mapping[str, Any]) -> str:
    if "type" in node:
        return str(node["type"])
    return "object" if "properties" in node else "string"


def _named(node: Mapping[str, Any], branch: str) -> str:
    if branch == "leaf":
        return f"the format {node['format']}" if "format" in node else f"the type {_type(node)}"
    return f"the type {branch}"


def _joined(first: str, second: str) -> str:
    return f"{first} {second}".strip()


def _escape(name: str) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
