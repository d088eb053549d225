"""Extraction schemas (floor 3, pure): a JSON Schema object checked keyword by keyword and flattened into fields.

A fault names its place by JSON pointer. Supported is what the pipeline honours; another keyword is refused rather than ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proviso.errors import InvalidSchema, Place
from proviso.types.extractions import Field

KEYWORDS = frozenset(
    {"$schema", "title", "description", "type", "properties", "required", "items", "enum", "format", "additionalProperties"}
)
TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean"})
FORMATS = frozenset({"date", "duration", "money", "percentage", "party"})
MAX_FIELDS = 500
MAX_DEPTH = 8


def fields_of(schema: Mapping[str, Any]) -> list[Field]:
    """The leaves of `schema` in order. Raises InvalidSchema with every fault and its pointer."""
    faults = list(_faults(schema, "", 0))
    if not faults and schema.get("type", "object") != "object":
        faults.append(Place("/type", "the top of an extraction schema must be an object"))
    if faults:
        raise InvalidSchema(f"The schema is not usable: {faults[0].pointer or '/'}: {faults[0].detail}", places=faults)
    fields = list(_leaves(schema, "", "", False))
    if not fields:
        raise InvalidSchema("The schema has no fields.", places=[Place("/properties", "is empty or missing")])
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
    yield from _own_faults(node, at)
    kind = _type(node)
    if kind == "object" and "format" not in node:
        yield from _property_faults(node, at, depth)
    elif kind == "array":
        if "items" in node:
            yield from _faults(node["items"], f"{at}/items", depth + 1)
        else:
            yield Place(f"{at}/items", "is missing: say what the array holds")


def _own_faults(node: Mapping[str, Any], at: str) -> Iterator[Place]:
    kind = node.get("type", "object" if "properties" in node else None)
    if kind is None and "enum" not in node:
        yield Place(f"{at}/type", f"is missing; one of {', '.join(sorted(TYPES))}")
    elif kind is not None and (not isinstance(kind, str) or kind not in TYPES):
        yield Place(f"{at}/type", f"{kind!r} is not one of {', '.join(sorted(TYPES))}")
    if "format" in node and node["format"] not in FORMATS:
        yield Place(f"{at}/format", f"{node['format']!r} is not one of {', '.join(sorted(FORMATS))}")
    enum = node.get("enum")
    if "enum" in node and not (isinstance(enum, list) and enum and all(isinstance(v, str | int | float | bool) for v in enum)):
        yield Place(f"{at}/enum", "must be a list of one or more strings, numbers or booleans")
    for key in ("title", "description"):
        if key in node and not isinstance(node[key], str):
            yield Place(f"{at}/{key}", "must be text")


def _property_faults(node: Mapping[str, Any], at: str, depth: int) -> Iterator[Place]:
    properties = node.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        yield Place(f"{at}/properties", "must name at least one field")
        return
    for name, child in properties.items():
        if not name:
            yield Place(f"{at}/properties/", "a field needs a name")
        yield from _faults(child, f"{at}/properties/{_escape(name)}", depth + 1)
    required = node.get("required", [])
    if not isinstance(required, list) or any(name not in properties for name in required):
        yield Place(f"{at}/required", "names a field that properties does not have")


def _leaves(node: Mapping[str, Any], pointer: str, title: str, array: bool) -> Iterator[Field]:
    kind = _type(node)
    if kind == "object" and "format" not in node:
        for name, child in node["properties"].items():
            label = child.get("title", name.replace("_", " "))
            path = f"{title} {label}" if title else label
            yield from _leaves(child, f"{pointer}/{_escape(name)}", path, array)
    elif kind == "array":
        yield from _leaves(node["items"], f"{pointer}/*", title, True)
    else:
        enum = tuple(node["enum"]) if "enum" in node else None
        description = node.get("description", "")
        yield Field(pointer, kind, title, description, node.get("format"), enum, array)


def _type(node: Mapping[str, Any]) -> str:
    if "type" in node:
        return str(node["type"])
    return "object" if "properties" in node else "string"


def _escape(name: str) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
