"""What is installed (evals): packages and megabytes of the running environment, and of what Proviso needs to run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from typing import Any

from packaging.requirements import Requirement

from evals.documents import REPOSITORY

MEGA = 1 << 20
LARGEST = 8
HEAVY = ("torch", "transformers", "sentence-transformers", "tensorflow", "llama-index")


def measure() -> dict[str, Any]:
    """Sizes as the installed files have them, compiled files included where the installer recorded them."""
    installed = {normalised(each.name): each for each in distributions() if each.name}
    sizes = {name: size_of(each) for name, each in installed.items()}
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = closure(project["dependencies"], installed)
    largest = sorted(needed, key=lambda name: -sizes[name])[:LARGEST]
    return {
        "environment": {"packages": len(installed), "mb": _mb(sizes.values())},
        "run_time": {"packages": len(needed), "mb": _mb(sizes[name] for name in needed)},
        "missing": sorted(_missing(project["dependencies"], installed)),
        "largest_mb": {name: _mb([sizes[name]]) for name in largest},
        "present": {name: name in installed for name in HEAVY},
    }


def closure(requirements: Iterable[str], installed: dict[str, Distribution]) -> set[str]:
    """The installed distributions that the requirements bring with them, their extras included."""
    found: set[str] = set()
    asked = [(Requirement(line), frozenset[str]()) for line in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while asked:
        requirement, extras = asked.pop()
        name, wanted = normalised(requirement.name), frozenset(requirement.extras)
        if not _applies(requirement, extras) or name not in installed or (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        found.add(name)
        asked += [(Requirement(line), wanted) for line in installed[name].requires or ()]
    return found


def size_of(distribution: Distribution) -> int:
    """Bytes of the files that belong to a distribution and are there."""
    paths = (file.locate() for file in distribution.files or ())
    return sum(path.stat().st_size for path in paths if path.is_file())  # type: ignore[attr-defined]


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})


def _missing(requirements: Iterable[str], installed: dict[str, Distribution]) -> Iterable[str]:
    asked = (Requirement(line) for line in requirements)
    return (each.name for each in asked if _applies(each, frozenset()) and normalised(each.name) not in installed)


def _mb(sizes: Iterable[int]) -> float:
    return round(sum(sizes) / MEGA, 1)
