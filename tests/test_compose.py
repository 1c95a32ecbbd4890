"""docker-compose.yml and Dockerfile run the tasks of ./run, as `./run serve` does."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
TASKS = re.findall(r"^task_(\w+)\(\)", (ROOT / "run").read_text(), re.MULTILINE)


def test_every_part_of_the_service_is_there() -> None:
    assert set(OURS) == {"web", "worker", "beat", "migrate"}
    assert set(SERVICES) - set(OURS) == {"postgres", "valkey", "s3", "bucket"}


@pytest.mark.parametrize("name", OURS)
def test_a_container_runs_a_task_of_run(name: str) -> None:
    program, task, *_ = OURS[name]["command"]
    assert program == "./run"
    assert task in TASKS


def test_serve_and_compose_start_the_same_processes() -> None:
    supervisor = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";",))
    supervisor.read(ROOT / "imagepro" / "supervisord.conf")
    programs = {
        name: supervisor[f"program:{name}"]["command"] for name in ("web", "worker", "beat")
    }
    assert programs == {name: " ".join(OURS[name]["command"]) for name in programs}


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_exists_and_can_come_true(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        if wait["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert wait["condition"] == "service_completed_successfully"
            assert SERVICES[other].get("restart") in (None, "on-failure")


@pytest.mark.parametrize("name", SERVICES)
def test_a_named_volume_is_declared(name: str) -> None:
    volumes = {volume.partition(":")[0] for volume in SERVICES[name].get("volumes", [])}
    assert volumes <= set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in OURS])
def test_a_foreign_image_is_pinned(name: str) -> None:
    assert re.search(r":\d", SERVICES[name]["image"])


def test_it_is_run_as_production_with_an_address_of_its_own() -> None:
    for service in OURS.values():
        assert service["environment"]["PRODUCTION"] == "${PRODUCTION:-on}"
        assert service["environment"]["PUBLIC_BASE_URL"].startswith("${PUBLIC_BASE_URL:?")


def test_no_secret_has_a_default() -> None:
    secrets = re.findall(r"\$\{(\w*(?:KEY|SECRET|PASSWORD)\w*)(:?.)", TEXT)
    assert secrets
    assert {mark for _, mark in secrets} == {":?"}


def test_the_image_installs_pinned_packages_and_runs_as_an_ordinary_user() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert any("--require-hashes" in line and "requirements.txt" in line for line in lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER imagepro"]
    assert lines[-1] == 'CMD ["./run", "serve"]'
