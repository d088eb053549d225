"""In which ways the questions of a corpus are asked (evals, pure): one draw, the same for all that is measured with it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from evals.retrieval.asking import Asking
from evals.retrieval.corpora import Corpus, Question
from evals.retrieval.wordings import Half, in_a_sentence, natural, unnamed

SEED = 11


@dataclass(frozen=True, slots=True)
class Draw:
    """`each`: natural wordings for each labelled question; `most`: questions of each kind, 0 is all."""

    half: Half = "unseen"
    each: int = 2
    most: int = 0


def ways(corpus: Corpus, draw: Draw) -> dict[str, list[Asking]]:
    """The questions by way: `within`, `named` or `unscoped`, and where wordings and names are carried `natural` and `sentence`.

    A corpus with names but no wordings is asked both `named` and `unscoped`: its own questions say what they are about.
    """
    chance = random.Random(SEED)
    some = _some(corpus.questions, draw.most, chance)
    out = {"within": [Asking(question, question.text, within=True) for question in some]}
    named = [Asking(question, question.named, within=False) for question in some if question.named]
    if named:
        out["named"] = named
    if not named or corpus.wordings is None:
        out["unscoped"] = [Asking(question, question.text, within=False) for question in some]
    wordings = _some(natural(corpus, draw.half, each=draw.each, seed=SEED), draw.most, chance)
    if wordings:
        out[f"natural ({draw.half})"] = [Asking(question, question.text, within=True) for question in wordings]
    if corpus.names:
        framed = in_a_sentence(some, corpus, draw.half, seed=SEED)
        out[f"sentence ({draw.half})"] = [Asking(question, question.named or "", within=False) for question in framed]
    return out


def names_nothing(corpus: Corpus, draw: Draw) -> list[Asking]:
    """Questions that name no document, asked of the whole collection."""
    some = _some(corpus.questions, draw.most, random.Random(SEED))
    labelled = dict.fromkeys(question.text for question in some)
    plainly = dict.fromkeys(question.text for question in natural(corpus, draw.half, each=99, seed=SEED))
    return [Asking(some[0], text, within=False) for text in (*labelled, *plainly, *unnamed(draw.half))]


def _some(questions: tuple[Question, ...] | list[Question], most: int, chance: random.Random) -> list[Question]:
    return chance.sample(list(questions), most) if most and len(questions) > most else list(questions)
