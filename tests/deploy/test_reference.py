"""The tables of docs/reference.md, the alarms and the dashboard say what the code says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy import reference
from tests.deploy.reference import ROOT

OBSERVABILITY = ROOT / "deploy" / "observability"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((OBSERVABILITY / "grafana" / "dashboards" / "llm.json").read_text("utf-8"))
EXPRESSIONS = [rule["expr"] for rule in RULES] + [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
]
OTHERS = {"redis", "pg", "node", "up", "process"}
"""First words of what the exporters, the client library and Prometheus tell."""

MERGED_LATER = {"bridge", "alert", "alerts", "holodex"}
"""First words of programs that may be missing in a checkout; checked as soon as they are there."""

WORDS = {"by", "le", "sum", "max", "rate", "increase", "absent", "changes", "histogram_quantile", "and", "or"}


def names(expression: str) -> set[str]:
    """The series that an expression reads."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)', " ", expression)
    return set(re.findall(r"[a-z_]{2,}", bare)) - WORDS


def anchors(document: Path) -> set[str]:
    """The places in a document that can be linked to."""
    titles = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_reference_is_up_to_date() -> None:
    assert reference.DOCUMENT.read_text("utf-8") == reference.render(), "run: make reference"


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_reads_what_there_is(expression: str) -> None:
    known = {series for metric in reference.metrics() for series in metric.series()}
    ours = {name.partition("_")[0] for name in known}
    read = names(expression)
    assert read
    for name in read - known:
        first = name.partition("_")[0]
        assert first in OTHERS | (MERGED_LATER - ours), f"nothing tells {name}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alarm_leads_to_steps_that_stand_in_the_operations_page(rule: dict[str, Any]) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert anchor in anchors(ROOT / page)
    assert rule["labels"]["severity"] in ("page", "warn")


def test_no_panel_stands_on_another() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)


def test_a_log_event_is_a_noun_and_what_happened() -> None:
    assert len(reference.events()) > 50
    for event in reference.events():
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", event), event
