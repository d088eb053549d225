"""What every road of an answer shares (floor 4): its instructions, and an answer that no model had a part in."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from proviso.ids import new_id
from proviso.types.answers import Answer, Receipt, Usage


@cache
def instructions(name: str) -> str:
    """The text of a prompt in `prompts/`."""
    return files(__package__ or "analysis.answering").joinpath("prompts", name).read_text("utf-8")


def blank(receipt: Receipt) -> Answer:
    """An answer that no model had a part in."""
    return Answer(
        id=new_id("ans"),
        outcome="not_in_documents",
        answer=None,
        clarification=None,
        evidence=(),
        unsupported=(),
        per_document=None,
        receipt=receipt,
        usage=Usage(0, 0, "counted", 0, 0),
        reasoning=None,
        model=None,
        effort=None,
        took_ms=0,
    )
