"""Image, compose file and manifests as files: what an operator counts on, without an engine."""

import re
import tomllib
from datetime import datetime
from typing import Any

import pytest
import yaml

from deploy import nightly
from tests.deploy.reference import ROOT, services

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")

SEED = {
    "mcp-llm-server": ("mcp-llm-server", "1G", ["40527", "40528"]),
    "twentyq-bot": ("twentyq-bot", "512M", ["30081"]),
    "turtle-soup-bot": ("turtle-soup-bot", "512M", ["30082"]),
    "hololive-bot": ("hololive-kakao-bot-go", "512M", ["30001"]),
    "deunhealth": ("deunhealth", "32M", []),
    "postgres": ("llm-postgres", "512M", ["5432"]),
    "valkey-cache": ("valkey-cache", "512M", ["6379"]),
    "valkey-mq": ("valkey-mq", "256M", ["1833"]),
}
"""Service → container, memory, ports: names that operators' scripts know."""


def manifests() -> list[dict[str, Any]]:
    """Every object of the Kubernetes base and the shards."""
    files = sorted((ROOT / "deploy" / "kubernetes").rglob("*.yaml"))
    return [one for path in files for one in yaml.safe_load_all(path.read_text("utf-8"))]


@pytest.mark.parametrize("name", SEED)
def test_a_service_has_the_name_memory_and_ports_that_operators_know(name: str) -> None:
    service, (container, memory, ports) = services()[name], SEED[name]
    assert service["container_name"] == container
    assert service["deploy"]["resources"]["limits"]["memory"] == memory
    assert [port.rpartition(":")[2] for port in service.get("ports", [])] == ports


@pytest.mark.parametrize(("name", "service"), services().items(), ids=list(services()))
def test_a_service_has_no_more_rights_than_it_needs(name: str, service: dict[str, Any]) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}
    assert ("cap_add" in service) == (name in ("postgres", "valkey-cache", "valkey-mq", "folders"))
    for port in service.get("ports", []):
        assert port.startswith("127.0.0.1:") or re.match(r"\$\{[A-Z_]*BIND_ADDRESS:-127\.0\.0\.1\}:", port)
    assert "start_interval" not in service.get("healthcheck", {})  # Docker 24 refuses it


def test_what_the_seed_watches_is_watched() -> None:
    watched = {name for name, one in services().items() if one.get("labels")}
    assert watched >= set(SEED) - {"deunhealth"}
    for name in watched:
        assert services()[name]["labels"] == {"deunhealth.restart.on.unhealthy": "true"}
    assert services()["deunhealth"]["network_mode"] == "none"


def test_nothing_waits_for_what_can_be_done_without() -> None:
    for name, service in services().items():
        if service.get("profiles") or name == "folders":
            continue
        healthy = {
            needed
            for needed, how in service.get("depends_on", {}).items()
            if how["condition"] == "service_healthy"
        }
        assert healthy <= {"valkey-cache", "valkey-mq"}


def test_the_image_says_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert re.findall(r"^ARG VERSION=(.*)$", DOCKERFILE, re.MULTILINE) == [project["version"]]


def test_the_image_needs_no_registry_but_the_usual_one() -> None:
    assert not re.search(r"^# *syntax", DOCKERFILE, re.MULTILINE)
    assert "://" not in DOCKERFILE
    assert "index-url" not in DOCKERFILE


def test_every_file_that_the_image_copies_is_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8")
    for script in (ROOT / "deploy").glob("*.py"):
        assert f"!deploy/{script.name}\n" in ignored
    assert ".env" not in re.findall(r"^!(.*)$", ignored, re.MULTILINE)


@pytest.mark.parametrize(
    ("now", "at", "seconds"),
    [
        ("2026-01-01T02:59:00", "03:00", 60),
        ("2026-01-01T03:00:00", "03:00", 24 * 3600),
        ("2026-12-31T23:30:30", "00:00", 29.5 * 60),
    ],
)
def test_the_nightly_copy_waits_for_its_hour(now: str, at: str, seconds: float) -> None:
    assert nightly.pause(datetime.fromisoformat(now), at) == seconds


def test_a_pod_has_no_more_rights_than_it_needs() -> None:
    pods = [one["spec"]["template"]["spec"] for one in manifests() if "template" in one.get("spec", {})]
    assert len(pods) >= 7
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]


def test_both_ways_to_run_give_a_program_the_same_memory_and_port() -> None:
    names = {"valkey-mq", "valkey-cache", "mcp-llm-server", "twentyq-bot", "turtle-soup-bot", "hololive-bot"}
    seen = set()
    for one in manifests():
        name = one.get("metadata", {}).get("name")
        if one["kind"] in ("Deployment", "StatefulSet") and name in names:
            [container] = one["spec"]["template"]["spec"]["containers"]
            service = services()[name]
            memory = service["deploy"]["resources"]["limits"]["memory"]
            assert container["resources"]["limits"]["memory"] == f"{memory}i"
            ports = [str(port["containerPort"]) for port in container["ports"]]
            assert ports == [port.rpartition(":")[2] for port in service["ports"]]
            seen.add(name)
    assert seen == names
