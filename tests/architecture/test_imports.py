"""The floors hold: who may import whom, and what the lowest floor weighs."""

from __future__ import annotations

import importlib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture import imports
from tests.architecture.tree import REPOSITORY, ROOTS


def test_every_import_contract_is_kept() -> None:
    assert "\n".join(imports.broken_contracts(REPOSITORY)) == ""


def test_every_client_library_stays_in_its_home() -> None:
    assert "\n".join(imports.stray_clients(REPOSITORY)) == ""


def test_the_design_names_a_home_for_every_client_library() -> None:
    home_of = imports.homes(REPOSITORY)
    assert home_of["qdrant_client"] == home_of["qdrant_edge"] == ("records.index",)
    assert home_of["pypdf"] == home_of["pypdfium2"] == ("ingest.parsing",)
    assert home_of["sqlalchemy"] == ("records.catalog",)
    assert home_of["dbos"] == ("records.jobs",)
    assert home_of["openai"] == ("analysis.llm", "ingest.embedding")
    assert home_of["fastapi"] == ("api",)


def test_the_words_use_the_standard_library_and_pydantic_only() -> None:
    assert "\n".join(imports.words_that_need_more(REPOSITORY)) == ""


def test_importing_the_words_loads_nothing_heavy() -> None:
    assert "\n".join(imports.weight_of_words(REPOSITORY)) == ""


def test_only_the_settings_read_the_environment() -> None:
    assert "\n".join(imports.environment_reads(REPOSITORY)) == ""


def test_what_is_imported_is_declared() -> None:
    assert "\n".join(imports.undeclared_imports(REPOSITORY)) == ""


def test_what_is_declared_is_imported_or_has_a_reason() -> None:
    assert "\n".join(imports.unused_dependencies(REPOSITORY)) == ""


@pytest.mark.parametrize("root", ROOTS)
def test_the_top_level_names_are_ours(root: str) -> None:
    origin = importlib.import_module(root).__file__
    assert origin is not None, f"{root} is a namespace folder, so a regular package elsewhere would win"
    owners = set(packages_distributions().get(root, ()))
    assert owners <= {"proviso"}, f"{root} is also installed by {owners}"
    assert Path(origin).is_relative_to(REPOSITORY) or owners == {"proviso"}
