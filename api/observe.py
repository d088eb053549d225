"""Logging set-up (floor 5), called by entry points only."""

from __future__ import annotations

import logging

QUIET = ("dbos", "alembic", "sqlalchemy", "httpx", "httpx2", "openai", "uvicorn.access")


def set_up_logging(level: str) -> None:
    """One line per event on stderr; libraries speak up only when something is wrong."""
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
