"""The compose file has the shape that DESIGN gives the scale-out deployment. No engine runs it here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values

SERVICES = {"api", "worker", "qdrant", "postgres"}
OURS = ("api", "worker")


@pytest.fixture(scope="module")
def compose(repository: Path) -> dict[str, Any]:
    loaded = yaml.safe_load((repository / "docker-compose.yml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_the_services_are_api_worker_qdrant_and_postgres(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == SERVICES


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_has_a_health_check_with_limits(compose: dict[str, Any], service: str) -> None:
    check = compose["services"][service]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "start_period", "retries"} <= set(check)


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_keeps_its_data_on_a_declared_volume(compose: dict[str, Any], service: str) -> None:
    mounted = {volume.partition(":")[0] for volume in compose["services"][service]["volumes"]}
    assert mounted
    assert mounted <= set(compose["volumes"])


def test_api_and_worker_share_files_and_texts(compose: dict[str, Any]) -> None:
    api, worker = (compose["services"][name] for name in OURS)
    assert api["volumes"] == worker["volumes"]
    assert api["environment"]["PROVISO_DATA_DIR"] == worker["environment"]["PROVISO_DATA_DIR"]


@pytest.mark.parametrize("service", OURS)
def test_our_services_wait_for_healthy_servers(compose: dict[str, Any], service: str) -> None:
    waited = compose["services"][service]["depends_on"]
    for server in ("qdrant", "postgres"):
        assert waited[server] == {"condition": "service_healthy"}


@pytest.mark.parametrize("service", OURS)
def test_our_services_are_set_by_known_settings_only(compose: dict[str, Any], repository: Path, service: str) -> None:
    environment = compose["services"][service]["environment"]
    assert {"PROVISO_DATABASE_URL", "PROVISO_QDRANT_URL"} <= set(environment)
    assert set(environment) <= set(dotenv_values(repository / ".env.example"))


def test_every_process_has_its_own_executor_id(compose: dict[str, Any]) -> None:
    ids = {compose["services"][name]["environment"]["PROVISO_EXECUTOR_ID"] for name in OURS}
    assert len(ids) == len(OURS)


def test_the_api_is_published_on_loopback_only(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000"]


def test_no_password_is_written_into_the_file(compose: dict[str, Any]) -> None:
    password = compose["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert password.startswith("${POSTGRES_PASSWORD:?")


def test_the_image_runs_as_a_user_without_rights_and_checks_its_health(repository: Path) -> None:
    lines = (repository / "Dockerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["proviso"]
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert any("/healthz" in line for line in lines)


def test_the_image_is_built_from_every_package(repository: Path) -> None:
    copied = {
        line.split()[1]
        for line in (repository / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("COPY ")
    }
    assert {"proviso", "records", "ingest", "analysis", "api"} <= copied
