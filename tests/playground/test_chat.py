"""`make chat` says what is wrong, and goes on where it can."""

import sys
from pathlib import Path

import pytest

from playground import chat
from playground.iris.server import FakeIris
from playground.room import Rooms
from tests.support.servers import Client


def started_with(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    """The exit status."""
    monkeypatch.setattr(sys, "argv", ["chat", *args])
    return chat.main()


@pytest.mark.parametrize("data", [None, b"\xff", b"no line of a script"])
def test_a_script_that_cannot_be_read_is_not_a_missing_playground(
    data: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if data is not None:
        (tmp_path / "game.txt").write_bytes(data)
    status = started_with(monkeypatch, "--dir", str(tmp_path), "--script", str(tmp_path / "game.txt"))
    said = capsys.readouterr().err
    assert (status, said.startswith("✗ ")) == (2, True)
    assert "no playground" not in said


async def test_what_the_phone_refuses_does_not_end_the_chat(
    valkey: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    port = valkey.connection_pool.connection_kwargs["port"]
    async with FakeIris() as iris, Rooms({"IRIS_URL": iris.url, "MQ_PORT": str(port)}) as rooms:
        made = chat.Chat(rooms, {}, ["/스자"])
        assert await made.type("/스자 " + "가" * 20_000)
        assert capsys.readouterr().out == "(보내지 못했어요: 422)\n"
        assert await made.type("/스자 시작")
        (room,) = iris.world.rooms
        assert [row["message"] for row in iris.world.rows(room)] == ["/스자 시작"]
