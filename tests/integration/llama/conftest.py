"""One llama.cpp server for all tests of this folder; without its packages they skip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.llama.server import LlamaServer, missing_packages, running_llama


@pytest.fixture(scope="session")
def llama(repository: Path) -> Iterator[LlamaServer]:
    """A real server with a small model, in a process of its own."""
    if missing := missing_packages():
        pytest.skip(f"no llama.cpp server: {' and '.join(missing)} not installed (pip install -e '.[llama]')")
    with running_llama(repository) as server:
        yield server
