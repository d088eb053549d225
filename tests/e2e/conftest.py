"""The samples, ingested once for all workers; each module starts a service of its own on a copy of that data folder.

One service at a time, because DBOS is global in a process: a module uses one of `empty`, `library` and `reader`, or
starts its own. `library` has no model; `reader` asks `model`, a scripted server that every test finds without a script.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.instruments.gptoss import GptOss
from tests.instruments.service import running_service, upload

SHELF = (
    "bravatek-reseller.docx",
    "centrack-web-site-hosting.pdf",
    "holiday-rv-endorsement.pdf",
    "nyliac-service.pdf",
    "paxmedica-master-service.html",
)


@dataclass(frozen=True, slots=True)
class Stock:
    """A data folder with ready documents, by the first word of their names; never opened itself."""

    folder: Path
    documents: dict[str, dict[str, Any]]

    def copy_to(self, folder: Path) -> Path:
        return shutil.copytree(self.folder, folder / "data")


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Stock:
    """Five of the samples, uploaded in one request and ready. The first worker that needs them makes them; the others wait for it."""
    own = tmp_path_factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, listed = place / "stock", place / "stock.json"
    with (place / "stock.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not listed.exists():
            listed.write_text(json.dumps(_stocked(folder, samples)))
        documents = json.loads(listed.read_text())
    return Stock(folder, {document["filename"].split("-")[0]: document for document in documents})


def _stocked(folder: Path, samples: Path) -> list[dict[str, Any]]:
    shutil.rmtree(folder, ignore_errors=True)  # what a worker left that could not finish
    with running_service(folder) as client:
        documents = upload(client, *(samples / name for name in SHELF))
    assert [document["status"] for document in documents] == ["ready"] * len(SHELF)
    return documents


@pytest.fixture
def documents(stock: Stock) -> dict[str, dict[str, Any]]:
    """The stocked documents: `documents["centrack"]["id"]`."""
    return stock.documents


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """Settings of this module's service; a module overrides this fixture to have others."""
    return {}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, settings: dict[str, Any]) -> Iterator[httpx.Client]:
    """A service without documents and without a model."""
    with running_service(tmp_path_factory.mktemp("empty"), **settings) as client:
        yield client


@pytest.fixture(scope="module")
def library(stock: Stock, tmp_path_factory: pytest.TempPathFactory, settings: dict[str, Any]) -> Iterator[httpx.Client]:
    """A service with the stocked documents and without a model."""
    with running_service(stock.copy_to(tmp_path_factory.mktemp("library")), **settings) as client:
        yield client


@pytest.fixture(scope="module")
def model_server() -> Iterator[GptOss]:
    """The model server of this module; a module overrides this fixture to have one of another shape."""
    with GptOss() as server:
        yield server


@pytest.fixture(scope="module")
def reader(
    stock: Stock, model_server: GptOss, tmp_path_factory: pytest.TempPathFactory, settings: dict[str, Any]
) -> Iterator[httpx.Client]:
    """A service with the stocked documents and with a model."""
    folder = stock.copy_to(tmp_path_factory.mktemp("reader"))
    with running_service(folder, model=model_server.base_url, **settings) as client:
        yield client


@pytest.fixture
def model(model_server: GptOss) -> Iterator[GptOss]:
    """The model server without a script and without a past."""
    yield model_server
    model_server.release()
    errors, unmatched = list(model_server.errors), list(model_server.unmatched)
    model_server.script.clear()
    for past in (model_server.requests, model_server.errors, model_server.unmatched):
        past.clear()
    assert not errors, f"a scripted function raised: {errors[0]}"
    assert not unmatched, f"unscripted request: {unmatched[0].last_user[:500]!r}"
