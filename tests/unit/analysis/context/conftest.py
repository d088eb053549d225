"""What the context tests share: one loaded counter, and the prompt parts they use."""

from __future__ import annotations

import re

import pytest

from analysis.context.layout import Means, Prompt
from analysis.context.tokens import Tokens

MARKER = re.compile(r"<\|(?=\w+\|>)")

PROMPT = Prompt(
    instructions="Answer from the documents alone.",
    question="Who may assign this agreement?",
    closing="When the documents do not say, say so.",
)


def shield(text: str) -> str:
    """Breaks harmony markers."""
    return MARKER.sub("<\u200b|", text)


@pytest.fixture(scope="session")
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture(scope="session")
def means(tokens: Tokens) -> Means:
    return Means(tokens, shield)
