"""`python -m api.cli` is the command `proviso`."""

from __future__ import annotations

from api.cli import main

main()
