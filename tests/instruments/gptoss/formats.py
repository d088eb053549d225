"""Writes replies in the product's answer format and in its extraction format.

These are the forms that the product's instructions ask gpt-oss for. They are written out here a second time on purpose:
a test that shared the product's own writer would not notice a change of the format.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def answer_script(answer: str, quotes: Iterable[tuple[str, str]] = (), outcome: str = "answered") -> str:
    """`answer_script("Delaware [1].", quotes=[("D1", "laws of Delaware")])`; quotes are numbered from 1."""
    lines = [f"<outcome>{outcome}</outcome>"]
    lines += [f'<quote n="{n}" doc="{doc}">{words}</quote>' for n, (doc, words) in enumerate(quotes, start=1)]
    lines.append(f"<answer>{answer}</answer>")
    return "\n".join(lines)


def clarification_script(question: str) -> str:
    """The model asks back."""
    return f"<outcome>needs_clarification</outcome>\n<clarification>{question}</clarification>"


def cell(
    field: str, value: Any = None, quotes: Iterable[str] = (), doc: str | None = None, **more: Any
) -> dict[str, Any]:
    """One cell as the model writes it; without value and quotes it is `found: false`."""
    words = list(quotes)
    written: dict[str, Any] = {"field": field}
    if doc is not None:
        written["doc"] = doc
    found = value is not None or bool(words)
    return {**written, "found": found, "value": value, "quotes": words, **more}


def cells_script(cells: Iterable[Mapping[str, Any]]) -> str:
    """`cells_script([cell("/governing_law", "Delaware", ["the laws of Delaware"]), cell("/renewal")])`."""
    return json.dumps({"cells": [dict(each) for each in cells]}, ensure_ascii=False)
