"""Prompts counted twice: by us, and by the reference implementation."""

from __future__ import annotations

import pytest

from analysis.context.tokens import Tokens
from evals.prompts import prompts, shelf
from evals.retrieval.corpora import CARRIED
from evals.tokens import compare, result_of


@pytest.mark.slow
def test_prompts_as_the_service_packs_them_count_as_in_harmony() -> None:
    tokens = Tokens()
    files = sorted((CARRIED / "cuad" / "txt").iterdir())[:6]
    counted = compare(prompts(shelf(files, 1, tokens), 12, 1, tokens), Tokens())
    result = result_of(counted)
    assert result["prompts"] == 12
    assert result["differences"] == {0: 12}
    assert result["max_difference_of_words"] == 0
    kinds = {feature for each in counted for feature in each.features}
    assert {"fills the window", "full", "retrieve", "definitions or references"} <= kinds
