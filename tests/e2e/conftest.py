"""One service without a model for the tests that only read; the samples are uploaded once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.instruments.service import running_service, upload


@pytest.fixture(scope="package")
def library(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[tuple[httpx.Client, dict[str, Any]]]:
    """A client, and the uploaded samples by file name."""
    paths = sorted(path for path in samples.iterdir() if path.suffix in {".pdf", ".docx", ".html"})
    with running_service(tmp_path_factory.mktemp("library")) as client:
        yield client, {document["filename"]: document for document in upload(client, *paths)}


@pytest.fixture
def client(library: tuple[httpx.Client, dict[str, Any]]) -> httpx.Client:
    return library[0]


@pytest.fixture
def uploaded(library: tuple[httpx.Client, dict[str, Any]]) -> dict[str, Any]:
    return library[1]
