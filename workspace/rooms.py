"""Who plays what just now: out of the rooms' records, without secrets and without what was said."""

import json
import time
from typing import Any

from workspace.links import Links
from workspace.programs import BOTS, Program


async def playing(links: Links) -> list[dict[str, Any]]:
    """Every open game, the longest running first."""
    cache = await links.cache()
    now = time.time()
    rows = []
    for bot in BOTS:
        if not bot.rooms:
            continue
        async for key in cache.scan_iter(match=f"{bot.rooms}*", _type="hash", count=500):
            data: Any = await cache.hget(key, "data")
            left = await cache.pttl(key)
            if row := _row(bot, key.decode().removeprefix(bot.rooms), data or b"{}", now):
                rows.append(row | {"forgotten_in_seconds": max(0, left) / 1000})
    return sorted(rows, key=lambda row: -row["for_seconds"])


def _row(bot: Program, room: str, data: bytes, now: float) -> dict[str, Any] | None:
    try:
        game = json.loads(data).get(bot.game)
        if not game:
            return None
        return {
            "game": bot.name,
            "room": room,
            "for_seconds": max(0.0, now - game["started_at"]),
            "players": [player["name"] for player in game["players"]],
            "questions": len(game["questions"]),
            "hints": len(game["hints"]),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {
            "game": bot.name,
            "room": room,
            "for_seconds": 0.0,
            "players": ["(unreadable)"],
            "questions": None,
            "hints": None,
        }
