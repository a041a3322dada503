"""A process as a whole: log lines, signals, exit status, what it imports."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, sys
import structlog
from botkit.runtime.program import start
from botkit.runtime.settings import Settings

log = structlog.get_logger("test")

async def run(settings, stop, *, version):
    log.info("thing_done", answer="예")
    logging_text = "x" * 200
    for _ in range(int(sys.argv[1])):
        log.info("filled", text=logging_text)
    if sys.argv[2] == "fail":
        raise RuntimeError("boom")
    if sys.argv[2] == "group":
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())
    log.info("started")
    if sys.argv[2] == "never stops":
        await asyncio.Event().wait()
    await stop.wait()
    log.info("drained")

async def fail():
    raise RuntimeError("boom in a task")

sys.exit(start(Settings, run, name="sample", log_file="sample.log"))
"""


def launch(tmp_path: Path, lines: int, how: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(lines), how],
        cwd=tmp_path,
        env={**os.environ, "LOG_DIR": str(tmp_path / "logs"), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_signal_drains_and_the_log_is_json_in_both_places(tmp_path: Path) -> None:
    with launch(tmp_path, 0, "serve") as process:
        assert process.stdout is not None
        seen = []
        for line in process.stdout:
            seen.append(line)
            if '"started"' in line:
                process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    records = [json.loads(line) for line in seen if line.startswith("{")]
    events = [record["event"] for record in records]
    assert events == ["process_started", "thing_done", "started", "shutdown_requested", "drained"]
    assert records[1]["answer"] == "예"
    assert {"timestamp", "level", "service", "logger"} <= records[1].keys()
    in_file = (tmp_path / "logs" / "sample.log").read_text("utf-8").splitlines()
    assert [json.loads(line)["event"] for line in in_file] == events


@pytest.mark.parametrize("how", ["fail", "group"])
def test_a_failure_is_logged_with_its_trace_and_the_status_is_one(tmp_path: Path, how: str) -> None:
    process = launch(tmp_path, 0, how)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    last = json.loads(output.splitlines()[-1])
    assert last["event"] == "process_failed"
    assert "boom" in last["exception"]


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    with launch(tmp_path, 0, "never stops") as process:
        assert process.stdout is not None
        for line in process.stdout:
            if '"started"' in line or "shutdown_requested" in line:
                process.send_signal(signal.SIGINT)
        assert process.wait(10) == 128 + signal.SIGINT


def test_the_file_rotates_compresses_and_forgets(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    old = logs / "sample.log.9.gz"
    old.write_bytes(b"")
    long_ago = time.time() - 8 * 86400
    os.utime(old, (long_ago, long_ago))
    process = launch(tmp_path, 8000, "fail", LOG_FILE_MAX_BACKUPS="2")
    process.communicate(timeout=60)
    assert sorted(path.name for path in logs.iterdir()) == [
        "sample.log",
        "sample.log.1.gz",
        "sample.log.2.gz",
    ]
    with gzip.open(logs / "sample.log.1.gz", "rt", encoding="utf-8") as packed:
        assert json.loads(packed.readline())["event"] == "filled"


def test_a_directory_that_cannot_be_written_means_stdout_only(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file is in the way", "utf-8")
    output, _ = launch(tmp_path, 0, "fail").communicate(timeout=20)
    assert "log_directory_refused" in output
    assert "thing_done" in output


def test_the_level_is_honoured(tmp_path: Path) -> None:
    output, _ = launch(tmp_path, 0, "fail", LOG_LEVEL="error").communicate(timeout=20)
    assert [json.loads(line)["event"] for line in output.splitlines()] == ["process_failed"]


@pytest.mark.parametrize("module", ["game_bots.twentyq.app"])
def test_a_bot_never_imports_the_model_library(module: str) -> None:
    code = f"import {module}, sys; assert not [m for m in sys.modules if m.startswith('google.genai')]"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
