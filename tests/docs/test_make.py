"""`make` explains itself, and says in one sentence what is missing on a machine that cannot make the environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

PROMISED = {"run", "demo", "test", "test-all", "check", "bench", "eval", "setup", "lint", "types", "floors", "clean"}


@pytest.fixture
def venv(tmp_path: Path) -> str:
    """A place for an environment that no test gets as far as making."""
    return f"VENV={tmp_path / 'environment'}"


def make(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as a user would, also when these tests were started by make."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, env=environment, check=False)


def sentences(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What was said, without make's own closing line."""
    assert done.returncode != 0
    return [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make: ***")]


def test_make_alone_prints_help_for_every_target(repository: Path) -> None:
    done = make(repository)
    targets = set(
        re.findall(r"^\.PHONY: (.*)$", (repository / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0].split()
    )
    assert done.returncode == 0
    assert set(re.findall(r"^  make ([a-z-]+) +\S", done.stdout, re.MULTILINE)) == targets
    assert targets >= PROMISED


def test_no_python_is_one_sentence(repository: Path, venv: str) -> None:
    (said,) = sentences(make(repository, "setup", venv, "PYTHON="))
    assert said.startswith("Proviso needs Python 3.11 or newer, and none was found")


def test_a_python_that_is_too_old_is_one_sentence(repository: Path, venv: str, tmp_path: Path) -> None:
    old = tmp_path / "python3.10"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    (said,) = sentences(make(repository, "setup", venv, f"PYTHON={old}"))
    assert said.startswith(f"Proviso needs Python 3.11 or newer, and {old} is not")


def test_a_missing_venv_module_is_one_sentence(repository: Path, venv: str, tmp_path: Path) -> None:
    bare = tmp_path / "python3.11"
    bare.write_text(
        f'#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n', encoding="utf-8"
    )
    bare.chmod(0o755)
    (said,) = sentences(make(repository, "run", venv, f"PYTHON={bare}"))
    assert "its venv module is missing" in said
    assert "apt install python3-venv" in said
