"""Questions in other words than the documents' (evals): `evals/data/wordings`, half of them never looked at while tuning."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from evals.retrieval.corpora import CARRIED, Corpus, Question

WORDINGS = CARRIED / "wordings"
Half = Literal["tune", "unseen"]


def natural(corpus: Corpus, half: Half, *, each: int, seed: int) -> list[Question]:
    """Every labelled question in `each` natural wordings of its key, chosen at random by the seed."""
    if corpus.wordings is None:
        return []
    by_key: dict[str, list[str]] = defaultdict(list)
    for row in _rows(f"{corpus.wordings}.jsonl", half):
        by_key[row["key"]].append(row["wording"])
    chance = random.Random(seed)
    out = []
    for question in corpus.questions:
        wordings = by_key.get(question.key, [])
        chosen = chance.sample(wordings, min(each, len(wordings)))
        out += [replace(question, text=wording, named=None) for wording in chosen]
    return out


def in_a_sentence(questions: Sequence[Question], corpus: Corpus, half: Half, *, seed: int) -> list[Question]:
    """Questions whose `named` form has the document's name inside a natural sentence."""
    frames = [row for row in _rows("named.jsonl", half) if row["takes"] in ("title", "any")]
    chance = random.Random(seed)
    out = []
    for question in questions:
        name, frame = corpus.names.get(question.file), chance.choice(frames)
        if name:
            text = frame["frame"].format(name=name, question=question.text)
            out.append(replace(question, named=text.lower() if frame.get("lower") else text))
    return out


def unnamed(half: Half) -> list[str]:
    """Questions that name no document, many with words that occur in names."""
    return [row["wording"] for row in _rows("unnamed.jsonl", half)]


def _rows(name: str, half: Half) -> list[dict[str, str]]:
    with (WORDINGS / name).open(encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["half"] == half]
