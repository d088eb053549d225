"""Extraction templates (floor 4): JSON files beside this module, each a schema with guidance that a professional would recognise."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from proviso.errors import NotFound


@cache
def template_names() -> tuple[str, ...]:
    return tuple(
        sorted(item.name.removesuffix(".json") for item in files(__name__).iterdir() if item.name.endswith(".json"))
    )


def template(name: str) -> dict[str, Any]:
    """`{"name", "title", "description", "version", "instructions", "schema"}`. Raises NotFound naming those there are."""
    if name not in template_names():
        raise NotFound(f"There is no template {name!r}; there is: {', '.join(template_names())}.")
    data: dict[str, Any] = json.loads(files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    return data
