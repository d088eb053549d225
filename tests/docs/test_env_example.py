"""`.env.example` and the settings say the same: every setting is there, and every line is a setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values
from pydantic import AliasChoices

from proviso.settings import Settings


def variables() -> set[str]:
    """Names of the environment variables that the settings read first."""
    prefix = Settings.model_config["env_prefix"]
    return {
        str(field.validation_alias.choices[0])
        if isinstance(field.validation_alias, AliasChoices)
        else prefix + name.upper()
        for name, field in Settings.model_fields.items()
    }


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment in which nothing is set, neither by variables nor by a file."""
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_setting_is_in_the_example(repository: Path) -> None:
    assert variables() - set(dotenv_values(repository / ".env.example")) == set()


def test_every_line_of_the_example_is_a_setting(repository: Path) -> None:
    assert set(dotenv_values(repository / ".env.example")) - variables() == set()


def test_every_setting_of_the_example_is_explained(repository: Path) -> None:
    blocks = (repository / ".env.example").read_text(encoding="utf-8").split("\n\n")
    for block in blocks[1:]:
        lines = block.splitlines()
        assert lines[0].startswith("# ---")
        assert lines[1].startswith("# "), f"no explanation after {lines[0]}"


@pytest.mark.usefixtures("no_settings")
def test_a_copy_of_the_example_changes_nothing(repository: Path) -> None:
    copied = Settings(_env_file=repository / ".env.example")
    assert copied.model_dump() == Settings(_env_file=None).model_dump()
