"""A copy of everything that is kept, in one folder, and the way back.

PostgreSQL goes into `pg_dump`'s custom format, each Valkey into a file of commands (see `snapshot`). The
manifest tells what a copy holds; it is written last, so a folder without one is no copy. A restore compares.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botkit.postgres.pool import AWAY, SHUT
from botkit.runtime.settings import DatabaseSettings, load
from botkit.valkey.clients import FAILED, Redis
from workspace import dumps, snapshot
from workspace.lag import survey
from workspace.links import Links, Trouble

MANIFEST = "manifest.json"
FILES = {
    "valkey-mq": "valkey-mq.resp.gz",
    "valkey-cache": "valkey-cache.resp.gz",
    "postgres": "postgres.dump",
}
"""Part → its file, in the order in which a line goes through them. What moves on while the copy is made is
then in two parts of it, and done once all the same; the other way round it would be in none.
"""

NAME = re.compile(r"\d{8}-\d{6}")
"""How the folder of a copy is called: its time, in UTC."""


async def back_up(links: Links, directory: Path, *, keep: int) -> list[dict[str, Any]]:
    """Copy everything into a new folder of `directory`, and remove what is older than the last `keep` ones.

    A part that cannot be copied is told; nothing old is removed then. A copy of nothing leaves nothing.

    Raises:
        Trouble: nothing can be written there.
    """
    now = datetime.now(UTC)
    folder = directory / now.strftime("%Y%m%d-%H%M%S")
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise Trouble(f"no new folder can be made: {error}") from None
    parts: dict[str, dict[str, Any]] = {}
    rows = []
    for part, file in FILES.items():
        path = folder / file
        try:
            holds = await _copy(links, part, path)
        except (Trouble, *FAILED, *AWAY, *SHUT) as error:
            path.unlink(missing_ok=True)
            rows.append({"part": part, "state": "fail", "holds": str(error), "file": None})
            continue
        parts[part] = {"sha256": _checksum(path), "holds": holds}
        rows.append({"part": part, "state": "ok", "holds": _told(holds), "file": str(path)})
    if not parts:
        shutil.rmtree(folder, ignore_errors=True)
        return rows
    manifest = {"format": 1, "made_at": now.isoformat(timespec="seconds"), "parts": parts}
    try:
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
        if len(parts) == len(FILES):
            _forget(directory, keep)
    except OSError as error:
        raise Trouble(f"the copy is not whole, or an old one cannot be removed: {error}") from None
    return rows


async def restore(links: Links, folder: Path, parts: list[str], *, replace: bool) -> list[dict[str, Any]]:
    """Put a copy, or some parts of it, back; `replace` throws away what is there now.

    Raises:
        Trouble: the copy is damaged, a bot still runs, or there is something already.
    """
    manifest = _manifest(folder)
    chosen = list(dict.fromkeys(parts or manifest))
    if missing := [part for part in chosen if part not in manifest]:
        raise Trouble(f"this copy holds no {', '.join(missing)}; it holds {', '.join(manifest)}")
    if owned := [row["stream"] for row in await survey(links) if row["lease_seconds"]]:
        raise Trouble(f"a bot is reading {', '.join(owned)}: stop the bots and the LLM server first")
    for part in chosen:
        await _refuse_overwriting(links, part, replace=replace)
    rows = []
    for part in chosen:
        expected = manifest[part]["holds"]
        found = await _bring_back(links, part, folder / FILES[part], replace=replace)
        # Keys whose time has come since the copy was made are rightly gone.
        well = found == expected if part == "postgres" else found["keys"] <= expected["keys"]
        rows.append(
            {
                "part": part,
                "state": "ok" if well else "fail",
                "holds": _told(found),
                "copied": _told(expected),
            }
        )
    return rows


async def _copy(links: Links, part: str, path: Path) -> dict[str, int]:
    if part == "postgres":
        return await dumps.dump(await links.database("public"), load(DatabaseSettings), path)
    return {"keys": await snapshot.write(await _valkey(links, part), path)}


async def _bring_back(links: Links, part: str, path: Path, *, replace: bool) -> dict[str, int]:
    if part == "postgres":
        return await dumps.load(await links.database("public"), load(DatabaseSettings), path)
    client = await _valkey(links, part)
    if replace:
        await client.flushdb()
    try:
        return {"keys": await snapshot.read(client, path)}
    except snapshot.Damaged as error:
        raise Trouble(f"{part}: {error}") from None


async def _refuse_overwriting(links: Links, part: str, *, replace: bool) -> None:
    if replace:
        return
    if part == "postgres":
        there = await dumps.schemas(await links.database("public"))
        what = f"PostgreSQL holds {', '.join(there)}" if there else ""
    else:
        keys = await (await _valkey(links, part)).dbsize()
        what = f"{part} holds {keys} keys" if keys else ""
    if what:
        raise Trouble(f"{what} already; with --replace that is thrown away")


async def _valkey(links: Links, part: str) -> Redis:
    ways: Mapping[str, Callable[[], Awaitable[Redis]]] = {"valkey-mq": links.mq, "valkey-cache": links.cache}
    return await ways[part]()


def _manifest(folder: Path) -> dict[str, Any]:
    """The parts of a copy whose files are what they were.

    Raises:
        Trouble: they are not, or this is no copy.
    """
    try:
        parts: dict[str, Any] = dict(json.loads((folder / MANIFEST).read_text("utf-8"))["parts"])
        for part, about in parts.items():
            if part != "postgres" and not isinstance(about["holds"]["keys"], int):
                raise ValueError(f"{part} holds no number of keys")
            if _checksum(folder / FILES[part]) != about["sha256"]:
                raise Trouble(f"{FILES[part]} is not what was written")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{folder} holds no whole copy: {error}") from None
    return parts


def _forget(directory: Path, keep: int) -> None:
    """Copies that lack a part are not counted: a week of them must not push out the last whole ones."""
    copies = sorted(
        path for path in directory.iterdir() if NAME.fullmatch(path.name) and (path / MANIFEST).exists()
    )
    whole = [path for path in copies if _is_whole(path)]
    for old in copies[: copies.index(whole[-keep:][0])]:
        shutil.rmtree(old)


def _is_whole(folder: Path) -> bool:
    try:
        parts: Any = json.loads((folder / MANIFEST).read_text("utf-8"))["parts"]
        return set(parts) == set(FILES)
    except (ValueError, KeyError, TypeError):
        return False


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _told(holds: Mapping[str, int]) -> str:
    if "keys" in holds:
        return f"{holds['keys']} keys"
    return f"{len(holds)} tables, {sum(holds.values())} rows"
