"""The prompt of an extraction call (floor 4, pure): rules, the job's own guidance, and the fields of one group."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from analysis.context.layout import Prompt
from analysis.llm.sanitize import shield
from proviso.types.extractions import Field

CLOSING = "Reply with the JSON object only: one cell for every field listed, quotes copied letter by letter from the document."


def extraction_prompt(fields: Sequence[Field], guidance: str | None) -> Prompt:
    """Rules and guidance as instructions (the same for every document, so that servers can cache them), fields as the question."""
    parts = [_rules()]
    if guidance:
        parts.append(f"Guidance for this job:\n{shield(guidance)}")
    return Prompt("\n\n".join(parts), f"Extract these fields:\n{_listed(fields)}", CLOSING)


def queries_of(fields: Sequence[Field]) -> tuple[str, ...]:
    """What to search the document with when it is too long to be read whole: one query a field."""
    return tuple(query_of(field) for field in fields)


def query_of(field: Field) -> str:
    return f"{field.title} {field.description}".strip() or field.pointer


def _listed(fields: Sequence[Field]) -> str:
    return "\n".join(_line(field) for field in fields)


def _line(field: Field) -> str:
    kind = field.format or field.type
    parts = [f"{field.pointer} ({kind})", field.title]
    if field.description:
        parts.append(field.description)
    if field.enum is not None:
        parts.append(f"one of {json.dumps(field.enum, ensure_ascii=False)}")
    return " — ".join(parts)


@cache
def _rules() -> str:
    return files(__package__ or "analysis.extraction").joinpath("prompts/extract.md").read_text("utf-8")
