"""Every dependency is pinned, by name and version alone."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture.imports import declared, normalised
from tests.architecture.tree import pyproject


def pins(repository: Path) -> dict[str, str]:
    lines = (repository / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_every_pin_is_a_name_and_a_version(repository: Path) -> None:
    for name, version in pins(repository).items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
        assert re.fullmatch(r"[0-9][A-Za-z0-9.+!]*", version)


def test_every_dependency_is_pinned(repository: Path) -> None:
    pinned = {normalised(name) for name in pins(repository)}
    tools = pyproject(repository)["project"]["optional-dependencies"]["dev"]
    wanted = declared(repository) | {normalised(re.split(r"[\[<>=]", line)[0]) for line in tools}
    assert wanted - pinned == set()


def test_nothing_that_brings_torch_is_pinned(repository: Path) -> None:
    assert {"torch", "sentence-transformers", "transformers"}.isdisjoint(normalised(name) for name in pins(repository))
