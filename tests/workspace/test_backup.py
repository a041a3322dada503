"""A copy of everything: whole or told, compared on the way back, never over what is there by mistake."""

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from playground.embedded import Postgres
from tests.support.servers import Client, free_port
from tests.workspace.conftest import DROP_ALL
from workspace import backup, dumps, migrations
from workspace.links import Links, Trouble

WHOLE = json.dumps({"parts": dict.fromkeys(backup.FILES)})
"""The manifest of a copy that lacks nothing, as far as its age matters."""


@pytest.fixture
async def kept(links: Links, mq: Client, cache: Client, postgres_server: Postgres) -> Links:
    """Something in each of the three servers."""
    pool = await (await links.database("public")).pool()
    await pool.execute(DROP_ALL)
    await migrations.bring_up(links, [], dry=False)
    await pool.execute(
        "INSERT INTO twentyq.game_sessions (session_id, chat_id, category, target, result, participant_count,"
        " started_at, completed_at) VALUES ('1:1', '1', 'organism', '고양이', 'SURRENDER', 1, now(), now())"
    )
    await mq.xadd("kakao:20q", {"room": "1", "text": "x"})
    await cache.hset("20q:room:1", mapping={"data": "{}"})
    await cache.expire("20q:room:1", 600)
    return links


async def copy(links: Links, place: Path) -> Path:
    """The folder of a new copy."""
    rows = await backup.back_up(links, place, keep=14)
    assert {row["part"]: row["state"] for row in rows} == dict.fromkeys(backup.FILES, "ok")
    return Path(rows[0]["file"]).parent


async def forget(links: Links, mq: Client, cache: Client) -> None:
    """A new machine."""
    await mq.flushall()
    await cache.flushall()
    await (await (await links.database("public")).pool()).execute(DROP_ALL)


def spoil(file: Path, data: bytes) -> None:
    """What a bad disk does."""
    file.write_bytes(data)


def names(place: Path) -> list[str]:
    """What stands in a folder."""
    return sorted(path.name for path in place.iterdir())


async def test_a_copy_comes_back_whole(kept: Links, mq: Client, cache: Client, tmp_path: Path) -> None:
    folder = await copy(kept, tmp_path)
    assert folder.stat().st_mode & 0o077 == 0
    await forget(kept, mq, cache)
    rows = await backup.restore(kept, folder, [*backup.FILES, "valkey-mq"], replace=False)
    assert [(row["part"], row["state"], row["holds"] == row["copied"]) for row in rows] == [
        ("valkey-mq", "ok", True),
        ("valkey-cache", "ok", True),
        ("postgres", "ok", True),
    ]
    pool = await (await kept.database("twentyq")).pool()
    assert await pool.fetchval("SELECT target FROM game_sessions") == "고양이"
    assert (await migrations.bring_up(kept, [], dry=True))[1]["missing"] == []
    assert await mq.xlen("kakao:20q") == 1
    assert 0 < await cache.ttl("20q:room:1") <= 600


async def test_what_is_there_is_lost_on_request_only(
    kept: Links, mq: Client, cache: Client, tmp_path: Path
) -> None:
    folder = await copy(kept, tmp_path)
    for part in backup.FILES:
        with pytest.raises(Trouble, match="--replace"):
            await backup.restore(kept, folder, [part], replace=False)
    await mq.set("later", "x")
    pool = await (await kept.database("twentyq")).pool()
    await pool.execute("UPDATE game_sessions SET target = 'spoilt'")
    rows = await backup.restore(kept, folder, [], replace=True)
    assert {row["state"] for row in rows} == {"ok"}
    assert await mq.exists("later") == 0
    pool = await (await kept.database("twentyq")).pool()
    assert await pool.fetchval("SELECT target FROM game_sessions") == "고양이"


async def test_nothing_is_put_back_while_a_bot_reads(
    kept: Links, mq: Client, cache: Client, tmp_path: Path
) -> None:
    folder = await copy(kept, tmp_path)
    seconds, _ = await mq.time()
    await mq.hset("kakao:20q:owner", mapping={"holder": "bot", "until": str((seconds + 9) * 1000)})
    with pytest.raises(Trouble, match="stop the bots"):
        await backup.restore(kept, folder, [], replace=True)
    assert await cache.exists("20q:room:1") == 1


async def test_a_copy_that_was_changed_is_refused(kept: Links, tmp_path: Path) -> None:
    folder = await copy(kept, tmp_path)
    file = folder / backup.FILES["valkey-mq"]
    spoil(file, file.read_bytes() + b"x")
    with pytest.raises(Trouble, match=r"valkey-mq\.resp\.gz is not what was written"):
        await backup.restore(kept, folder, [], replace=True)
    file.unlink()
    with pytest.raises(Trouble, match="no whole copy"):
        await backup.restore(kept, folder, [], replace=True)
    with pytest.raises(Trouble, match="no whole copy"):
        await backup.restore(kept, tmp_path, [], replace=True)


@pytest.mark.parametrize(
    "manifest",
    [
        "[]",
        '{"parts": null}',
        '{"parts": {"valkey-mq": null}}',
        '{"parts": {"attic": {}}}',
        '{"parts": {"valkey-mq": {"sha256": "", "holds": {}}}}',
    ],
)
async def test_an_odd_manifest_is_refused(
    links: Links, mq: Client, cache: Client, tmp_path: Path, manifest: str
) -> None:
    (tmp_path / backup.MANIFEST).write_text(manifest, "utf-8")
    await mq.set("stays", "x")
    with pytest.raises(Trouble, match="no whole copy"):
        await backup.restore(links, tmp_path, [], replace=True)
    assert await mq.get("stays") == b"x"


async def test_a_place_that_cannot_be_written_is_told(kept: Links, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(Trouble, match="no new folder can be made"):
        await backup.back_up(kept, tmp_path / "file", keep=1)


async def test_a_part_that_cannot_be_copied_is_told_and_nothing_old_removed(
    kept: Links, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(3):
        (tmp_path / f"2025010{day}-000000").mkdir()
        (tmp_path / f"2025010{day}-000000" / backup.MANIFEST).write_text(WHOLE, "utf-8")
    monkeypatch.setattr(dumps, "_directories", list)
    rows = await backup.back_up(kept, tmp_path, keep=1)
    assert [(row["part"], row["state"]) for row in rows] == [
        ("valkey-mq", "ok"),
        ("valkey-cache", "ok"),
        ("postgres", "fail"),
    ]
    assert "docker exec llm-postgres pg_dump" in rows[2]["holds"]
    assert len([name for name in names(tmp_path) if name.startswith("2025")]) == 3
    folder = Path(rows[0]["file"]).parent
    parts: dict[str, Any] = json.loads((folder / backup.MANIFEST).read_text("utf-8"))["parts"]
    assert set(parts) == {"valkey-cache", "valkey-mq"}
    with pytest.raises(Trouble, match="holds no postgres"):
        await backup.restore(kept, folder, ["postgres"], replace=True)


async def test_the_oldest_copies_go(kept: Links, tmp_path: Path) -> None:
    for day in range(3):
        (tmp_path / f"2025010{day}-000000").mkdir()
        (tmp_path / f"2025010{day}-000000" / backup.MANIFEST).write_text(WHOLE, "utf-8")
    (tmp_path / "20250101-111111").mkdir()  # never finished: no copy, not counted
    (tmp_path / "mine").mkdir()
    await backup.back_up(kept, tmp_path, keep=2)
    left = [name for name in names(tmp_path) if name.startswith(("2025", "mine"))]
    assert left == ["20250101-111111", "20250102-000000", "mine"]


async def test_copies_that_lack_a_part_push_out_no_whole_one(kept: Links, tmp_path: Path) -> None:
    manifests = (WHOLE, '{"parts": {"valkey-mq": {}}}', WHOLE, '{"parts": {}}', "{}", "no manifest")
    for day, manifest in enumerate(manifests):
        (tmp_path / f"2025010{day}-000000").mkdir()
        (tmp_path / f"2025010{day}-000000" / backup.MANIFEST).write_text(manifest, "utf-8")
    await backup.back_up(kept, tmp_path, keep=2)
    assert [name for name in names(tmp_path) if name.startswith("2025")] == [
        f"2025010{day}-000000" for day in (2, 3, 4, 5)
    ]


async def test_a_copy_of_nothing_leaves_nothing(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MQ_PORT", "CACHE_PORT", "DB_PORT"):
        monkeypatch.setenv(name, str(free_port()))
    for name in ("CACHE_SOCKET_PATH", "DB_SOCKET_PATH"):
        monkeypatch.delenv(name)
    async with AsyncExitStack() as stack:
        rows = await backup.back_up(Links(stack), tmp_path / "copies", keep=1)
    assert [row["state"] for row in rows] == ["fail"] * 3
    assert names(tmp_path / "copies") == []


async def test_tools_older_than_the_server_are_refused(kept: Links) -> None:
    with pytest.raises(Trouble, match="postgresql-client-99"):
        await dumps.find(99)


async def test_a_restore_that_fails_changes_nothing(kept: Links, tmp_path: Path) -> None:
    folder = await copy(kept, tmp_path)
    dump = folder / backup.FILES["postgres"]
    data = dump.read_bytes()
    spoil(dump, data[: len(data) // 2])
    manifest = json.loads((folder / backup.MANIFEST).read_text("utf-8"))
    manifest["parts"]["postgres"]["sha256"] = backup._checksum(dump)
    (folder / backup.MANIFEST).write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(Trouble, match="pg_restore ended"):
        await backup.restore(kept, folder, ["postgres"], replace=True)
    pool = await (await kept.database("twentyq")).pool()
    assert await pool.fetchval("SELECT target FROM game_sessions") == "고양이"
