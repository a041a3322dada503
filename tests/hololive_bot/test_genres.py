"""What kind of broadcast it was: the topic knows best."""

import pytest

from hololive_bot.genres import Genre, Genres, Rule
from hololive_bot.seed import load

GENRES = Genres(load().genres)


@pytest.mark.parametrize(
    ("topic", "title", "genre"),
    [
        ("singing", "Minecraft", Genre.SINGING),
        ("Music_Cover", "", Genre.SINGING),
        ("Minecraft", "【歌枠】と書いてあっても", Genre.GAME),
        ("Watchalong", "", Genre.WATCHALONG),
        ("membersonly", "雑談", Genre.MEMBERSHIP),
        ("ASMR", "", Genre.ASMR),
        ("Horse-Racing", "", Genre.HORSE_RACING),
        ("", "【歌枠】うたいます", Genre.SINGING),
        ("", "【メン限】雑談", Genre.TALK),
        ("", "誕生日ライブ", Genre.EVENT),
        ("", "競馬予想", Genre.HORSE_RACING),
        ("", "오늘의 게임", Genre.GAME),
        (" ", "何もわからない", Genre.UNKNOWN),
        ("shorts", "", Genre.OTHER),
    ],
)
def test_a_stream_has_a_genre(topic: str, title: str, genre: Genre) -> None:
    assert GENRES.of(topic, title) is genre


def test_a_file_adds_to_a_rule() -> None:
    rule = Rule(topics=("singing",)).extended(Rule(topics=("choir",), titles=("합창",)))
    genres = Genres({Genre.SINGING: rule})
    assert genres.of("Choir", "") is genres.of("", "합창 방송") is Genre.SINGING
