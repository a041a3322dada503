"""Usage that waits in a file for the next process."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from llm_server.usage import metrics
from llm_server.usage.batches import Batch, Key, Sum
from llm_server.usage.spill import FileSpill


def batch(model: str = "m", requests: int = 1) -> Batch:
    found = Sum(input_tokens=100 * requests, output_tokens=7, request_count=requests, cost_micro_usd=3)
    return Batch.frozen({Key(date(2026, 11, 24), model, "answer", "v"): found})


def dropped() -> float:
    value: float = metrics.usage_dropped._value.get()
    return value


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines()


def in_directory(directory: Path) -> list[Path]:
    return list(directory.iterdir())


async def test_batches_come_back_as_they_were(file: Path) -> None:
    first, second = batch("하나"), batch("둘")
    await FileSpill(file).keep([first])
    await FileSpill(file).keep([second])
    assert await FileSpill(file).take() == [first, second]


async def test_a_batch_is_kept_once(file: Path) -> None:
    spill, kept = FileSpill(file), batch()
    await spill.keep([kept])
    await spill.keep([kept, kept])
    assert await spill.take() == [kept]
    assert len(lines(file)) == 1


async def test_the_file_goes_with_its_last_batch(file: Path) -> None:
    spill, first, second = FileSpill(file), batch(), batch()
    await spill.keep([first, second])
    await spill.forget({first.id})
    assert await spill.take() == [second]
    await spill.forget({second.id, first.id})
    assert in_directory(file.parent) == []
    await spill.forget({second.id})
    assert await spill.take() == []


def put_between(file: Path, line: bytes) -> None:
    first, second = lines(file)
    file.write_bytes(b"\n".join([first, line, second]) + b"\n")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"id": "no uuid", "rows": []}',
        b'{"rows": []}',
        json.dumps(
            {
                "id": "00000000-0000-4000-8000-000000000000",
                "rows": [
                    [
                        {"usage_date": "2026-11-24", "model": "m", "task": "t", "price_version": "v"},
                        {"input_tokens": -1},
                    ]
                ],
            }
        ).encode(),
    ],
)
async def test_a_broken_line_is_skipped_and_the_rest_survives(file: Path, line: bytes) -> None:
    spill, first, second = FileSpill(file), batch(), batch()
    await spill.keep([first, second])
    put_between(file, line)
    with capture_logs() as records:
        found = await spill.take()
    assert found == [first, second]
    (record,) = records
    assert (record["event"], record["line"]) == ("usage_spill_line_skipped", 2)


async def test_without_a_file_usage_is_lost_loudly() -> None:
    before = dropped()
    with capture_logs() as records:
        await FileSpill(None).keep([batch(requests=3), batch(requests=4)])
    (record,) = records
    assert (record["event"], record["log_level"]) == ("usage_dropped", "error")
    assert (record["request_count"], record["input_tokens"], record["cost_micro_usd"]) == (7, 700, 6)
    assert dropped() - before == 7
    assert await FileSpill(None).take() == []
    await FileSpill(None).forget({batch().id})


@pytest.fixture
def impossible(tmp_path: Path) -> Path:
    """A path below something that is no directory."""
    (tmp_path / "file").write_text("no directory", "utf-8")
    return tmp_path / "file" / "usage.jsonl"


async def test_a_place_that_cannot_be_written_is_said_at_the_start_and_loses_loudly(impossible: Path) -> None:
    spill, before = FileSpill(impossible), dropped()
    with capture_logs() as records:
        assert await spill.take() == []
        await spill.keep([batch(requests=2)])
        await spill.forget({batch().id})
    assert [record["event"] for record in records] == [
        "usage_spill_unusable",
        "usage_dropped",
        "usage_spill_unusable",
    ]
    assert dropped() - before == 2


async def test_a_directory_that_may_only_be_read_is_said_at_the_start(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await FileSpill(file).keep([batch()])
    monkeypatch.setattr(os, "access", lambda *_: False)  # the tests may run as root
    with capture_logs() as records:
        assert await FileSpill(file).take() == []
    assert [record["event"] for record in records] == ["usage_spill_unusable"]
