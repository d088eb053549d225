from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from proviso.settings import TOGETHER_BASE_URL, Settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of the machine and no `.env` reaches the settings under test."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PROVISO_{name.upper()}", raising=False)
    monkeypatch.delenv("TOGETHER_API_KEY", raising=False)


def test_nothing_set_means_everything_embedded_and_no_model(tmp_path: Path) -> None:
    settings = Settings()
    assert (settings.host, settings.embedder) == ("127.0.0.1", "local")
    assert settings.qdrant_url is settings.store_url is settings.model_base_url is settings.model_api_key is None
    assert settings.catalog_url == f"sqlite:///{tmp_path / 'proviso-data' / 'catalog.sqlite'}"


def test_variables_win_over_the_env_file_and_empty_ones_count_for_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PROVISO_PORT=9000\nPROVISO_HOST=\nPROVISO_LLM_MODEL=openai/gpt-oss-20b\nOTHER=1\n")
    monkeypatch.setenv("PROVISO_PORT", "9001")
    settings = Settings()
    assert (settings.port, settings.host, settings.llm_model) == (9001, "127.0.0.1", "openai/gpt-oss-20b")


def test_a_together_key_alone_selects_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOGETHER_API_KEY", "tg")
    assert (Settings().model_base_url, Settings().model_api_key) == (TOGETHER_BASE_URL, "tg")


def test_a_together_key_never_goes_to_another_server_nor_another_key_to_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOGETHER_API_KEY", "tg")
    monkeypatch.setenv("PROVISO_LLM_BASE_URL", "http://127.0.0.1:8001/v1")
    assert (Settings().model_base_url, Settings().model_api_key) == ("http://127.0.0.1:8001/v1", None)
    monkeypatch.setenv("PROVISO_LLM_API_KEY", "own")
    assert Settings().model_api_key == "own"
    monkeypatch.delenv("PROVISO_LLM_BASE_URL")
    assert (Settings().model_base_url, Settings().model_api_key) == (TOGETHER_BASE_URL, "tg")


def test_keys_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOGETHER_API_KEY", "tg-secret")
    monkeypatch.setenv("PROVISO_LLM_API_KEY", "llm-secret")
    monkeypatch.setenv("PROVISO_QDRANT_API_KEY", "qdrant-secret")
    assert "secret" not in repr(Settings()) + str(Settings().model_dump())


@pytest.mark.parametrize(
    ("value", "hosts"),
    [("contracts.example", ("contracts.example",)), (" A.example , b.example,", ("a.example", "b.example")), (",", ())],
)
def test_allowed_hosts_are_a_list_with_commas(
    monkeypatch: pytest.MonkeyPatch, value: str, hosts: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PROVISO_ALLOWED_HOSTS", value)
    assert Settings().allowed_hosts == hosts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "x"),
        ("PORT", "70000"),
        ("EMBEDDER_THREADS", "0"),
        ("LLM_TIMEOUT_S", "0"),
        ("LLM_CONTEXT_TOKENS", "100"),
        ("FULL_TOKENS", "-1"),
    ],
)
def test_a_value_that_cannot_work_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PROVISO_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1
