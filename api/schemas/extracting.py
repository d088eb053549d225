"""An extraction: the body that asks for one, and the object as API.md has it (floor 5)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.schemas.asking import Budget
from api.schemas.scope import ScopeBody
from proviso.wire import to_data
from records.catalog.rows import ExtractionOverview

INTERNAL = ("workspace",)


class ExtractBody(ScopeBody):
    name: str = Field(default="", max_length=500)
    template: str | None = None
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")
    instructions: str | None = Field(default=None, max_length=20_000)
    effort: Literal["low", "medium", "high", "auto"] | None = None
    model: str | None = None
    budget: Budget | None = None
    webhook: dict[str, Any] | None = None
    dry_run: bool = False


def extraction_json(record: ExtractionOverview) -> dict[str, Any]:
    data: dict[str, Any] = to_data(record)
    return {name: value for name, value in data.items() if name not in INTERNAL}
