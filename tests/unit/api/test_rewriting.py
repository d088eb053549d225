"""The setting REWRITE: whether a model is asked, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.context.tokens import Tokens
from analysis.llm.client import GptOss
from analysis.retrieval.rewriting import Rewritten
from api.rewriting import open_rewriting
from proviso.settings import Settings
from records.catalog import usage
from records.catalog.catalog import Catalog
from tests.instruments import gptoss

TOKENS = Tokens()
WORDING = "Either party may terminate."


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    yield opened
    opened.close()


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


@pytest.mark.parametrize(("value", "expected"), [("on", True), ("true", True), ("off", False), ("", False)])
def test_it_is_switched_by_words(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("PROVISO_REWRITE", value)
    assert settings().rewrite is expected


async def test_nobody_is_asked_unless_it_is_on(catalog: Catalog) -> None:
    with gptoss.GptOss() as server:
        model = GptOss(server.base_url, None, "openai/gpt-oss-120b")
        assert await open_rewriting(settings(), catalog, TOKENS, model).wordings("local", "leave?") == Rewritten()
        await model.close()
        assert not server.requests


async def test_without_a_model_the_reason_names_the_settings(catalog: Catalog) -> None:
    made = await open_rewriting(settings(rewrite=True), catalog, TOKENS, None).wordings("local", "leave?")
    assert made.wordings == ()
    assert "PROVISO_LLM_BASE_URL" in (made.reason or "")


async def test_a_call_is_counted_for_the_workspace_that_asked(catalog: Catalog) -> None:
    with gptoss.GptOss() as server:
        server.reply(f"<wording>{WORDING}</wording>")
        model = GptOss(server.base_url, None, "openai/gpt-oss-120b")
        rewriting = open_rewriting(settings(rewrite=True), catalog, TOKENS, model)
        assert await rewriting.wordings("acme", "leave?") == Rewritten((WORDING,))
        await model.close()
        (day,) = await catalog.read(usage.daily, "acme")
        assert (day.calls, day.prompt, day.model) == (1, server.last.prompt_tokens, server.last.model)
        assert await catalog.read(usage.daily, "local") == []
