"""Dead letters: looked at without what was written, replayed once, forgotten for ever."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import Client
from tests.workspace.conftest import cli
from workspace import dead
from workspace.links import Links, Trouble

LINE: dict[Any, Any] = {
    "room": "267947734",
    "text": "/스자 비밀스러운 질문인가요?",
    "userId": "998877",
    "sender": "민지",
    "threadId": "",
    "reason": "too many deliveries",
    "deliveries": "6",
}
BUBBLE: dict[Any, Any] = {
    "chatId": "1",
    "text": "늦은 답",
    "type": "final",
    "dedupKey": "170-0/0",
    "reason": "expired",
    "attempts": "1",
    "lastError": "status 500: JSON input: 늦은 답",
}


@pytest.fixture
async def letters(mq: Client, cache: Client) -> list[str]:
    """Two lines, a bubble, and a game that could not be written."""
    entries = [await mq.xadd("kakao:20q:dead", LINE) for _ in range(2)]
    entries.append(await mq.xadd("kakao:bot:reply:dead", BUBBLE))
    entries.append(await cache.xadd("20q:finished:dead", {"game": '{"secret": 1}', "reason": "DataError"}))
    return [entry.decode() for entry in entries]


async def test_every_stream_of_both_servers_is_listed(links: Links, letters: list[str]) -> None:
    rows = await dead.overview(links)
    assert [(row["stream"], row["server"], row["letters"], row["reasons"]) for row in rows] == [
        ("kakao:20q:dead", "valkey-mq", 2, ["too many deliveries (2)"]),
        ("kakao:bot:reply:dead", "valkey-mq", 1, ["expired (1)"]),
        ("20q:finished:dead", "valkey-cache", 1, ["DataError (1)"]),
    ]


async def test_what_people_wrote_is_shown_on_request_only(links: Links, letters: list[str]) -> None:
    (row,) = await dead.read(links, "kakao:20q", [letters[0]], with_text=False)
    assert (row["entry"], row["room"], row["reason"]) == (letters[0], "267947734", "too many deliveries")
    assert "비밀" not in str(row)
    assert "민지" not in str(row)
    (row,) = await dead.read(links, "kakao:20q:dead", [letters[0]], with_text=True)
    assert (row["text"], row["sender"]) == (LINE["text"], "민지")
    (row,) = await dead.read(links, "20q:finished", [], with_text=False)
    assert "secret" not in str(row)
    (row,) = await dead.read(links, "kakao:bot:reply", [], with_text=False)
    assert "늦은" not in str(row)


async def test_a_replayed_line_is_a_new_entry_without_our_marks(
    links: Links, letters: list[str], mq: Client
) -> None:
    (row,) = await dead.replay(links, "kakao:20q", [letters[1]])
    ((entry, fields),) = await mq.xrange("kakao:20q")
    assert row["replayed_as"] == entry.decode() != letters[1]
    wanted = {k: v for k, v in LINE.items() if k not in ("reason", "deliveries")} | {"replayOf": letters[1]}
    assert {k.decode(): v.decode() for k, v in fields.items()} == wanted
    assert [entry.decode() for entry, _ in await mq.xrange("kakao:20q:dead")] == [letters[0]]


async def test_a_replayed_bubble_gets_a_mark_of_its_own(links: Links, letters: list[str], mq: Client) -> None:
    await dead.replay(links, "kakao:bot:reply:dead", [])
    ((_, fields),) = await mq.xrange("kakao:bot:reply")
    assert fields[b"dedupKey"] == f"170-0/0/replay-{letters[2]}".encode()
    assert set(fields) == {b"chatId", b"text", b"type", b"dedupKey", b"replayOf"}


async def test_two_operators_replay_a_letter_once(links: Links, letters: list[str], mq: Client) -> None:
    done = await asyncio.gather(
        *(dead.replay(links, "kakao:20q", []) for _ in range(2)), return_exceptions=True
    )
    assert len(await mq.xrange("kakao:20q")) == 2, done
    assert await mq.xlen("kakao:20q:dead") == 0


async def test_a_game_goes_back_into_its_stream(links: Links, letters: list[str], cache: Client) -> None:
    await dead.replay(links, "20q:finished", [])
    ((_, fields),) = await cache.xrange("20q:finished")
    assert fields[b"game"] == b'{"secret": 1}'


async def test_letters_are_forgotten(links: Links, letters: list[str], mq: Client) -> None:
    assert await dead.purge(links, "kakao:20q", [letters[0]]) == 1
    assert await mq.xlen("kakao:20q:dead") == 1
    assert await dead.purge(links, "kakao:20q", []) == 1
    assert await dead.purge(links, "kakao:20q", []) == 0
    assert "kakao:20q:dead" not in [row["stream"] for row in await dead.overview(links)]


async def test_what_is_not_there_is_named(links: Links, letters: list[str], mq: Client) -> None:
    with pytest.raises(Trouble, match="kakao:bot:reply:dead"):
        await dead.read(links, "kakao:nobody", [], with_text=False)
    for act in (dead.replay, dead.purge):
        with pytest.raises(Trouble, match="1-1"):
            await act(links, "kakao:20q", [letters[0], "1-1"])
    assert await mq.xlen("kakao:20q:dead") == 2


async def test_lines_of_a_text_do_not_look_like_fields(
    env: dict[str, str], mq: Client, tmp_path: Path
) -> None:
    await mq.xadd("kakao:20q:dead", LINE | {"text": "하나\n      reason  replayed\x1b[2J"})
    said = await cli("dead", "show", "kakao:20q", "--show-text", env=env, cwd=tmp_path)
    assert said.status == 0
    (told,) = [line for line in said.out.splitlines() if line.strip().startswith("reason  too")]
    assert told == "      reason  too many deliveries"
    assert "              " + "      reason  replayed\ufffd[2J" in said.out.splitlines()


async def test_what_valkey_refuses_is_no_server_that_is_away(
    env: dict[str, str], mq: Client, tmp_path: Path
) -> None:
    await mq.xadd("kakao:20q:dead", LINE)
    await mq.set("kakao:20q", "no stream")
    said = await cli("dead", "replay", "kakao:20q", "--all", env=env, cwd=tmp_path)
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("Valkey refuses: ")
    assert await mq.xlen("kakao:20q:dead") == 1


async def test_a_folder_is_no_file_of_settings(env: dict[str, str], tmp_path: Path) -> None:
    said = await cli("--env-file", str(tmp_path), "lag", env=env, cwd=tmp_path)
    assert said.status == 2
