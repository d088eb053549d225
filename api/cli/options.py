"""Options that several commands share (floor 5)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Url = Annotated[str | None, typer.Option(help="A service to use instead of the local one.")]
Collection = Annotated[str, typer.Option("--collection", "-c", help="The collection to use.")]
AllCollections = Annotated[bool, typer.Option("--all", help="The whole workspace instead of one collection.")]
Documents = Annotated[
    list[str] | None, typer.Option("--document", "-d", help="A document id; may be given several times.")
]


class Mode(StrEnum):
    """How much of a scope is read."""

    auto = "auto"
    full = "full"
    retrieve = "retrieve"
    map_reduce = "map_reduce"


class Effort(StrEnum):
    """How hard the model thinks."""

    low = "low"
    medium = "medium"
    high = "high"
    auto = "auto"


def scope_body(collection: str, everywhere: bool, documents: list[str] | None) -> dict[str, Any]:
    """The scope part of a request body."""
    if documents:
        return {"document_ids": documents}
    return {"collection": None if everywhere else collection}
