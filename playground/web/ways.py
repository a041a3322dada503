"""The way of a chat line, put together from what it leaves behind: ids that are times, and records of logs.

Nothing measures for the page. KakaoTalk's log id and the ids of stream entries hold the millisecond in which
they were made; the bots and the LLM server leave a record with the line's id and how long they took; the
bridge writes into its delivery stream what became of each bubble.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

LOG_SHIFT = 20
"""KakaoTalk's log ids hold the milliseconds above these bits."""

NOTICE = "/notice"
"""How the mark of an interim notice ends."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of the way; times in milliseconds since the line was typed."""

    place: str
    began: float
    ended: float
    detail: str


def typed_at(log: str) -> int:
    """When a row of the chat log was written, in milliseconds since the epoch."""
    return int(log) >> LOG_SHIFT


def entry_at(entry: str) -> int:
    """When a stream entry was written, in milliseconds since the epoch."""
    return int(entry.partition("-")[0])


def way(
    log: str, entry: str, records: Sequence[Mapping[str, Any]], deliveries: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """The steps of the line `log` that went into a stream as `entry`.

    `records` are records of the logs that carry the entry's id, `deliveries` entries of the delivery stream
    that answer it. `done` says whether a bubble has been seen in its room.
    """
    start = typed_at(log) if log else entry_at(entry)
    taken = entry_at(entry)
    stream = next((str(one["stream"]) for one in records if one.get("event") == "line_taken"), "")
    steps = [Step("bridge", 0, taken - start, stream)]
    steps += [step for one in records if (step := _worked(one, taken=taken, start=start))]
    steps += _delivered(deliveries, start=start)
    steps.sort(key=lambda step: (step.began, -step.ended))
    return {
        "log": log,
        "entry": entry,
        "steps": [asdict(step) for step in steps],
        "done": any(step.place == "room" for step in steps),
    }


def _worked(record: Mapping[str, Any], *, taken: int, start: int) -> Step | None:
    """What a program did, out of its own record."""
    took = float(record.get("milliseconds") or 0)
    if record.get("event") == "line_ended":
        detail = f"{record.get('command', 'none')} → {record['result']}"
        return Step("bot", taken - start, taken - start + took, detail)
    ended = float(record["at"]) - start
    if record.get("event") in ("grpc_request", "grpc_request_failed"):
        detail = str(record["method"]).rpartition("/")[2]
        return Step("llm", ended - took, ended, " ".join(filter(None, (detail, record.get("error")))))
    if record.get("event") == "gemini_ended":
        return Step("model", ended - took, ended, f"{record['task']} → {record['outcome']}")
    return None


def _delivered(deliveries: Sequence[Mapping[str, str]], *, start: int) -> list[Step]:
    """One step from the reply stream to the room for each bubble; the last word on a bubble counts."""
    last: dict[str, Mapping[str, str]] = {}
    for told in deliveries:
        last[told["entry"]] = told
    steps = []
    for number, told in enumerate(last.values(), 1):
        began = entry_at(told["entry"]) - start
        ended = (typed_at(told["logId"]) if "logId" in told else int(told["at"])) - start
        what = "notice" if told.get("dedupKey", "").endswith(NOTICE) else str(number)
        steps.append(Step("room" if "logId" in told else "iris", began, ended, f"{what}: {told['state']}"))
    return steps
