"""A running service for the modules that need one."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from api.llamaindex.service import Service
from tests.instruments.service import running_service


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running_service(tmp_path_factory.mktemp("service"), max_file_mb=1) as opened:
        yield opened


@pytest.fixture
def service(client: httpx.Client) -> Service:
    return Service(str(client.base_url))
