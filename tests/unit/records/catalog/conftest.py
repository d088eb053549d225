"""A catalog for each test: SQLite in a fresh folder, or an empty Postgres schema where PROVISO_TEST_POSTGRES_URL names a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from records.catalog.catalog import Catalog

POSTGRES = "PROVISO_TEST_POSTGRES_URL"


def fresh_url(kind: str, folder: Path) -> str:
    """Where an empty catalog can be opened."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'catalog.sqlite'}"
    url = os.environ.get(POSTGRES)
    if not url:
        pytest.skip(f"no Postgres server: set {POSTGRES}")
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def catalog_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh_url(request.param, tmp_path)


@pytest.fixture
def catalog(catalog_url: str) -> Iterator[Catalog]:
    opened = Catalog.open(catalog_url)
    yield opened
    opened.close()
