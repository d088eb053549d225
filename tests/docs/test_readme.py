"""README says what is true: its curl lines are answered, its commands and targets exist, its settings are settings."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from proviso.settings import Settings
from tests.instruments.service import finished, running_service, settled

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
SERVICE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def readme(repository: Path) -> str:
    return (repository / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running_service(tmp_path_factory.mktemp("readme")) as client:
        yield client


def curl_lines(readme: str) -> list[str]:
    """Every curl command of README, its continuation lines joined, without its comment."""
    lines = [line for block in BLOCK.findall(readme) for line in block.replace("\\\n", " ").splitlines()]
    return [re.sub(r"\s{2,}#.*$", "", line) for line in lines if line.startswith("curl ")]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_curl_line_of_readme_is_answered(readme: str, service: httpx.Client, repository: Path) -> None:
    lines = curl_lines(readme)
    assert len(lines) >= 8
    extraction, document = "", ""
    for line in lines:
        command = line.replace(SERVICE, str(service.base_url).rstrip("/"))
        command = command.replace("ext_…", extraction).replace("doc_…", document)
        done = subprocess.run(
            ["bash", "-c", command], cwd=repository, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout, command
        assert "urn:proviso:problem" not in done.stdout, (command, done.stdout)
        if "-F files=" in line:
            documents = settled(service, [item["id"] for item in json.loads(done.stdout)["items"]])
            assert {each["status"] for each in documents} == {"ready"}
            document = documents[0]["id"]
        elif "-X PUT" in line:
            with service.stream("GET", f"/v1/documents/{document}/events") as response:
                response.read()
            assert service.get(f"/v1/documents/{document}").json()["version"] == 2
        elif '"template"' in line:
            extraction = json.loads(done.stdout)["id"]
            finished(service, extraction)


def test_every_make_target_of_readme_exists(readme: str, repository: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (repository / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", " ".join(BLOCK.findall(readme))))
    assert named
    assert named <= targets, named - targets


def test_every_command_of_readme_exists(readme: str) -> None:
    named = set(re.findall(r"\bproviso ([a-z]+)", " ".join(BLOCK.findall(readme))))
    assert named
    for name in sorted(named):
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", name, "--help"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, name


def test_every_setting_of_readme_exists(readme: str) -> None:
    named = set(re.findall(r"\bPROVISO_([A-Z_]+)\b", readme))
    assert named
    assert named <= {name.upper() for name in Settings.model_fields}


def test_every_file_that_readme_links_to_exists(readme: str, repository: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (repository / target).exists(), target
