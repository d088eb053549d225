"""What calls cost, and what may not be sent because of it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from proviso.errors import BudgetReached, InvalidRequest
from proviso.prices import check_cost, price_of, priced, total_cost
from proviso.settings import Settings
from proviso.types.answers import CallUsage
from proviso.types.prices import Price

PRICE = Price(prompt=0.15, answer=0.6, cached=0.05)
CALL = CallUsage("answer", 1_000_000, 400_000, 100_000, cached=200_000)


def test_thinking_is_charged_as_answer_and_what_was_read_before_at_its_own_rate() -> None:
    assert PRICE.of_call(CALL) == pytest.approx(0.8 * 0.15 + 0.2 * 0.05 + 0.5 * 0.6)
    assert Price(0.15, 0.6).of_call(CALL) == pytest.approx(0.15 + 0.5 * 0.6)


def test_a_sum_with_a_part_of_unknown_cost_is_unknown() -> None:
    known = priced(CALL, PRICE)
    assert total_cost([known, known]) == pytest.approx(2 * PRICE.of_call(CALL))
    assert total_cost([known, CALL]) is None
    assert total_cost([]) is None


@pytest.mark.parametrize("name", ["openai/gpt-oss-120b", "gpt-oss-120b", "gpt-oss:120b", "OpenAI/GPT-OSS-120B"])
def test_a_model_is_found_by_any_of_its_names(name: str) -> None:
    assert price_of({"openai/gpt-oss-20b": Price(1, 1), "openai/gpt-oss-120b": PRICE}, name) is PRICE
    assert price_of({}, name) is None


def test_a_call_that_may_cost_more_than_the_budget_is_not_sent() -> None:
    check_cost(None, None, 1, 1)
    check_cost(0.1, PRICE, 100_000, 10_000)
    with pytest.raises(BudgetReached, match=r"up to 0\.021"):
        check_cost(0.02, PRICE, 100_000, 10_000)
    with pytest.raises(InvalidRequest, match="no price"):
        check_cost(0.02, None, 1, 1)


@pytest.mark.parametrize("price", [{"prompt": -1, "answer": 1}, {"prompt": 1}, {"prompt": 1, "answer": 1, "extra": 2}])
def test_what_is_no_price_is_refused_by_the_settings(price: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, llm_prices={"m": price})


def test_prices_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVISO_LLM_PRICES", '{"openai/gpt-oss-120b": {"prompt": 0.15, "answer": 0.6, "cached": 0.05}}')
    assert Settings(_env_file=None).llm_prices == {"openai/gpt-oss-120b": PRICE}
