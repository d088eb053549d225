"""What is kept of a setting that names an embedder."""

from __future__ import annotations

import pytest

from api.pairing import told


@pytest.mark.parametrize(
    "setting",
    ["local", "openai:m@http://host/v1?x=y", "fastembed:BAAI/bge", "llamaindex:a:B", "llamaindex:a:B?max_tokens=9"],
)
def test_a_setting_without_a_key_is_kept_as_it_is(setting: str) -> None:
    assert told(setting) == setting


def test_a_key_among_the_arguments_is_not_kept() -> None:
    shown = told("llamaindex:a.b:C?model_name=m&api_key=sk-1&access_token=t&normalize=true")
    assert shown == "llamaindex:a.b:C?model_name=m&api_key=...&access_token=...&normalize=true"
