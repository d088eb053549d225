"""Prompts counted twice: by us, and by the reference implementation."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.context.tokens import Tokens
from evals.tokens import compare, prompts, result_of


@pytest.mark.shared
def test_prompts_of_every_sort_count_as_in_harmony(shared_data: Path) -> None:
    tokens = Tokens()
    result = result_of(compare(prompts(shared_data, 12, 1, tokens), tokens))
    assert result["prompts"] == 12
    assert result["differences"] == {0: 12}
    assert result["max_difference_of_words"] == 0
