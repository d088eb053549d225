"""Fixtures that every kind of test may use: where the checkout is, and where the real documents are.

Tests of the real documents take `shared_data` and carry the marker `shared`; they skip, with the reason, where the
folder is absent.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def samples() -> Path:
    """The contracts that ship with the project."""
    return REPOSITORY / "samples"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real documents with ground truth, which is not part of the repository."""
    shared = Path(os.environ.get("PROVISO_SHARED") or REPOSITORY.parent / "shared")
    data = shared / "data"
    if not data.is_dir():
        pytest.skip("no shared data: set PROVISO_SHARED, or put the folder `shared` beside the checkout")
    return data
