"""Our counts against openai-harmony, the reference implementation."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.context.tokens import PIECE_CHARS, Tokens
from proviso.types.chat import Message
from tests.instruments.gptoss import oracle

DEVELOPER = "You answer questions about contracts.\n\n- Quote letter by letter.\n- Name the document, e.g. D1."
HISTORY = (
    Message("user", "What is the term?"),
    Message("assistant", "Two years [1], renewed for one year [2].\n"),
    Message("user", "And who may end it?"),
    Message("assistant", "Either party [3]."),
)


def by_harmony(messages: Sequence[Message]) -> int:
    return len(oracle.prompt_tokens([{"role": m.role, "content": m.content} for m in messages]))


@pytest.mark.shared
def test_prompts_over_real_contracts_count_as_in_harmony(shared_data: Path, tokens: Tokens) -> None:
    for i, file in enumerate(sorted((shared_data / "cuad" / "txt").glob("*.txt"))[::20]):
        contract = file.read_text(encoding="utf-8")
        messages = [Message("developer", DEVELOPER), Message("user", contract), *HISTORY[: 2 * (i % 3)]]
        messages.append(Message("user", "Who may assign?"))
        assert abs(tokens.count_prompt(messages) - by_harmony(messages)) <= 5


@pytest.mark.parametrize("developer", ["", "\n\nLeading lines.", "# Heading\n\nText with <|end|> and 契約."])
@pytest.mark.parametrize("turns", [0, 2, 4])
def test_developer_text_and_history_count_as_in_harmony(developer: str, turns: int, tokens: Tokens) -> None:
    messages = [Message("developer", developer), *HISTORY[:turns], Message("user", "Who pays?")]
    assert abs(tokens.count_prompt(messages) - by_harmony(messages)) <= 5


def test_one_system_and_one_user_text_cost_74_tokens_around_them(tokens: Tokens) -> None:
    messages = (Message("developer", "Be brief."), Message("user", "Who pays?"))
    assert tokens.count_prompt(messages) == 74 + tokens.count("Be brief.") + tokens.count("Who pays?")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_counts_as_in_harmony(tokens: Tokens, text: str) -> None:
    assert tokens.count(text) == oracle.count_tokens(text)


def test_markers_in_a_text_are_plain_text(tokens: Tokens) -> None:
    assert tokens.count("<|end|>") == oracle.count_tokens("<|end|>") > 1


def test_long_texts_are_counted_exactly_though_in_pieces(tokens: Tokens) -> None:
    text = "".join(f"{i}. The Supplier shall deliver,\n\n  without delay.\n" for i in range(9_000))
    assert len(text) > 2 * PIECE_CHARS
    assert tokens.count(text) == oracle.count_tokens(text)


@pytest.mark.parametrize("char", [" ", "\n", "a", "\u00a0"])
def test_a_million_times_the_same_character_is_counted(char: str, tokens: Tokens) -> None:
    assert tokens.count(char * 1_000_000) > 0


def test_a_lone_surrogate_is_counted_and_not_refused(tokens: Tokens) -> None:
    assert tokens.count("a\ud800b" * 1_000) > 0


def test_threads_that_count_first_at_once_agree() -> None:
    fresh = Tokens()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(fresh.count, ["Neither party may assign. " * 200] * 16))) == 1


def test_counting_neither_loads_llama_index_nor_reads_the_environment() -> None:
    code = (
        "import os, sys; os.environ.clear(); from analysis.context.tokens import Tokens; Tokens().count('x');"
        "sys.exit(any(name.startswith('llama_index.core') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
