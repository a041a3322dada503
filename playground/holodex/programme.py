"""The playground's programme: somebody is always live and something begins soon, whatever the clock says.

A new broadcast is planned for every half hour. Who, what and everything that happens to it follows from the
number of the half hour alone, so that the same moment always looks the same and nothing has to be remembered.
"""

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from playground.holodex.broadcast import Broadcast, Move
from playground.holodex.members import Channel

SLOT = 1800.0
BEHIND, AHEAD = 24 * 2, 72 * 2
"""How many slots around now exist: a day back, three days ahead."""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

SHOWS: Sequence[tuple[str, str]] = (
    ("Minecraft", "【マイクラ】みんなの街に駅をつくる"),
    ("singing", "【歌枠】リクエストを歌います / KARAOKE"),
    ("talk", "【雑談】おはよう、今日なに食べた?"),
    ("APEX", "【APEX】Road to Predator, ranked with viewers"),
    ("ASMR", "【ASMR】ゆっくり眠れる耳かき"),
    ("Pokemon", "【ポケモン】図鑑をうめる旅 #7"),
    ("Mario_Kart", "【マリカ8DX】3戦交代の参加型"),
    ("Watchalong", "【同時視聴】WATCHALONG movie night"),
)


class Daily:
    """A programme without end for the given channels."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        """Now and then HOLOSTARS take part, so that who leaves them out can be seen doing so."""
        self._channels = sorted(channels)
        self._stars = [name for name in self._channels if "HOLOSTARS" in channels[name].suborg]
        self._main = [name for name in self._channels if name not in self._stars]

    def around(self, now: float) -> Iterable[Broadcast]:
        """The broadcasts of the slots around now, the frames to chat in, and an announced event."""
        slot = int(now // SLOT)
        yield from (self._broadcast(number) for number in range(slot - BEHIND, slot + AHEAD))
        yield self._free_chat(now)
        yield self._event(slot // 96 + 1)

    def _broadcast(self, number: int) -> Broadcast:
        """What half hour `number` has: most as planned, a quarter moved, cancelled or announced late."""
        dice = Random(number)  # noqa: S311 - a programme, no secret
        planned = number * SLOT
        host, guest, other = dice.sample(self._main, 3)
        if number % 12 == 1 and self._stars:
            host = dice.choice(self._stars)
        topic, title = dice.choice(SHOWS)
        begins: float | None = planned + dice.uniform(-20, 200)
        moves: tuple[Move, ...] = ()
        removed = None
        shown = planned - dice.uniform(3, 60) * 3600
        match number % 12:
            case 3:
                later = planned + dice.choice((900, 1800, 3600))
                moves, begins = (Move(planned - dice.uniform(120, 2400), later),), later + dice.uniform(0, 90)
            case 6:
                removed, begins = planned - dice.uniform(60, 240), None
            case 9:
                shown = planned - 900
        members = number % 10 == 4
        premiere = number % 14 == 5
        length = dice.uniform(70, 130) * 60 if not premiere else 300.0
        return Broadcast(
            id="".join(dice.choice(ALPHABET) for _ in range(11)),
            channel=host,
            title=f"【メン限】{title}" if members else "【MV】プレミア公開!" if premiere else title,
            shown=shown,
            planned=planned,
            begins=begins,
            ends=None if begins is None else begins + length,
            removed=removed,
            moves=moves,
            lag=dice.uniform(10, 200),
            topic="membersonly" if members else "Original_Song" if premiere else topic,
            guests=(guest, other)[: number % 5 // 3 + 1] if number % 5 >= 3 else (),
            duration=300 if premiere else 0,
            viewers=dice.randrange(1500, 40_000),
        )

    def _free_chat(self, now: float) -> Broadcast:
        """A frame that is planned for a year ahead and never begins."""
        return Broadcast(
            id="FREECHAT001",
            channel=self._main[0],
            title="【フリーチャット】いつでも話せる場所 / FREE CHAT",
            shown=0.0,
            planned=(now // 86_400 + 365) * 86_400,
            topic="FreeChat",
        )

    def _event(self, day: int) -> Broadcast:
        """An event that has no video yet."""
        return Broadcast(
            id=f"EVENT{day:06}",
            channel=self._main[1],
            title="Anniversary live: all seats",
            shown=0.0,
            planned=day * 96 * SLOT + 10 * 3600,
            type="placeholder",
            link="https://hololive.hololivepro.com/events/",
        )
