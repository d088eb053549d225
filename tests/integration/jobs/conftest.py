"""Where job records are kept in a test: SQLite in a fresh folder, or an emptied Postgres database."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

POSTGRES = "PROVISO_TEST_POSTGRES_URL"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def jobs_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    url = os.environ.get(POSTGRES)
    if not url:
        pytest.skip(f"no Postgres server: set {POSTGRES}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
    return url
