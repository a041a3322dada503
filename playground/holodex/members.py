"""Whose channels the fake Holodex knows: read from a file in the form of the hololive bot's members."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MEMBERS = Path(__file__).with_name("members.yml")

SUBORGS = {
    "JP": "ahololive JP",
    "DEV_IS": "cDEV_IS",
    "EN": "dEnglish",
    "ID": "eIndonesia",
    "HOLOSTARS_JP": "mHOLOSTARS",
    "HOLOSTARS_EN": "nHOLOSTARS English",
}
"""Suborgs begin with letters that only order them."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as Holodex knows it; `talent` is how the agency's own page calls its owner."""

    id: str
    name: str
    english_name: str
    talent: str
    org: str = "Hololive"
    suborg: str = ""
    subscribers: int = 1_000_000

    def summary(self) -> dict[str, Any]:
        """As it stands in the row of a video."""
        return {
            "id": self.id,
            "name": self.name,
            "org": self.org,
            "suborg": self.suborg,
            "type": "vtuber",
            "photo": f"https://yt3.ggpht.com/{self.id}=s800-c-k-c0x00ffffff-no-rj",
            "english_name": self.english_name,
        }

    def record(self) -> dict[str, Any]:
        """As `/channels` shows it; counts are strings, as in the real service."""
        return self.summary() | {
            "group": self.suborg[1:],
            "lang": "ja",
            "subscriber_count": str(self.subscribers),
            "video_count": "1234",
            "view_count": str(self.subscribers * 300),
            "clip_count": 567,
            "published_at": "2018-07-01T00:00:00.000Z",
            "inactive": False,
            "twitter": self.english_name.replace(" ", "").lower(),
            "description": "",
        }


def load(path: Path = MEMBERS) -> dict[str, Channel]:
    """Channels by id; members without one, and those who left, have none."""
    rows: list[Mapping[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["members"]
    found: dict[str, Channel] = {}
    for number, row in enumerate(rows):
        channel = row.get("channel_id")
        if channel and row.get("status", "active") == "active" and channel not in found:
            found[channel] = Channel(
                id=channel,
                name=next(iter(row.get("channel_titles") or []), row["english_name"]),
                english_name=row["english_name"],
                talent=row.get("japanese_name") or row["english_name"],
                suborg=SUBORGS.get(row["branch"], "z"),
                subscribers=400_000 + 37_123 * number,
            )
    return found
