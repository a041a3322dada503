"""The manifests as kubectl renders them, against the schema of the API. Run by `make compose-test`."""

import subprocess
from typing import Any

import pytest
import yaml

from tests.deploy.reference import ROOT

pytestmark = pytest.mark.compose

VERSION = "1.32"


@pytest.mark.parametrize("name", ["base", "shards"])
def test_the_manifests_fit_the_schema_of_the_api(name: str) -> None:
    from kubernetes_validate import validate  # noqa: PLC0415 - of the extra `deploy`, 22 MB

    rendered = subprocess.run(
        ["kubectl", "kustomize", str(ROOT / "deploy" / "kubernetes" / name)],
        capture_output=True,
        text=True,
        check=True,
    )
    objects: list[dict[str, Any]] = list(yaml.safe_load_all(rendered.stdout))
    assert len(objects) > 15
    for one in objects:
        assert one["metadata"]["namespace"] == "llm"
        validate(one, VERSION, strict=True)


def test_a_shard_has_a_stream_and_a_store_of_its_own() -> None:
    rendered = subprocess.run(
        ["kubectl", "kustomize", str(ROOT / "deploy" / "kubernetes" / "shards")],
        capture_output=True,
        text=True,
        check=True,
    )
    found = {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(rendered.stdout)}
    [shard] = found["Deployment", "twentyq-bot-b"]["spec"]["template"]["spec"]["containers"]
    own = {one["name"]: one["value"] for one in shard["env"]}
    assert own == {"TWENTYQ_MQ_STREAM_KEY": "kakao:20q-b", "CACHE_HOST": "valkey-cache-b"}
    config = next(one for (kind, _), one in found.items() if kind == "ConfigMap")
    assert "kakao:20q|kakao:20q-b" in config["data"]["BRIDGE_ROUTES"]
