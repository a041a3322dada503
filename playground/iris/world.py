"""What the phone knows: rooms, people, and KakaoTalk's chat log in a real SQLite with KakaoTalk's columns.

Ids look like KakaoTalk's: 19 digits for a log, 18 for a room, beyond what a double can hold. Rooms and people
get theirs from their names, so that a restarted playground meets old friends; logs get theirs from the clock.
"""

import base64
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Row = dict[str, str | None]
"""A row of the chat log as Iris shows it: every column is a string, or null."""

TEXT, PHOTO = "1", "2"
SCHEMA = """
ATTACH ':memory:' AS db2;
CREATE TABLE chat_logs (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER UNIQUE, type INTEGER, chat_id INTEGER, user_id INTEGER,
    message TEXT, attachment TEXT, created_at INTEGER, deleted_at INTEGER, client_message_id INTEGER,
    prev_id INTEGER, referer INTEGER, supplement TEXT, v TEXT, thread_id INTEGER
);
CREATE TABLE db2.friends (id INTEGER PRIMARY KEY, name TEXT, enc INTEGER);
CREATE TABLE db2.open_chat_member (user_id INTEGER PRIMARY KEY, nickname TEXT, enc INTEGER, link_id INTEGER);
"""
STATEMENTS = (
    "SELECT _id FROM chat_logs ORDER BY _id DESC LIMIT 1",
    "SELECT * FROM chat_logs WHERE _id > ? ORDER BY _id LIMIT 200",
    "SELECT * FROM chat_logs WHERE chat_id = ? AND _id > ? ORDER BY _id LIMIT 200",
    (
        "SELECT nickname AS name, enc FROM db2.open_chat_member WHERE user_id = ? "
        "UNION ALL SELECT name, enc FROM db2.friends WHERE id = ? LIMIT 1"
    ),
)
"""What a bridge asks. Iris would run anything; here a new statement is to be noticed."""

FIRST_DAY = 1_700_000_000
"""Row numbers begin at the milliseconds since then, so that they also grow from one start to the next."""


class Refused(Exception):
    """The phone cannot do that; the text says why."""


@dataclass
class Person:
    """Somebody in the rooms. `name` None: KakaoTalk does not tell it."""

    id: str
    name: str | None


@dataclass
class Room:
    """A chat room. Names are not unique, ids are."""

    id: str
    name: str
    people: list[Person] = field(default_factory=list)


class World:
    """Rooms, people and the log; whoever listens is told each new row."""

    def __init__(self, *, bot_name: str = "Iris", clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._log = sqlite3.connect(":memory:", isolation_level=None)
        self._log.row_factory = sqlite3.Row
        self._log.executescript(SCHEMA)
        start = int((clock() - FIRST_DAY) * 1000)
        self._log.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('chat_logs', ?)", (start,))
        self._last_log = 0
        self.bot = Person(_id("bot", bot_name, digits=9), bot_name)
        self.rooms: dict[str, Room] = {}
        self.people: dict[str, Person] = {}
        self.images: dict[str, bytes] = {}
        self.listeners: list[Callable[[Row], None]] = []

    # ---- rooms and people ---------------------------------------------------------------------------

    def add_room(self, name: str) -> Room:
        """A new room; others may be called the same."""
        alike = sum(room.name == name for room in self.rooms.values())
        room = Room(_id("room", f"{name}/{alike}", digits=18), name)
        self.rooms[room.id] = room
        return room

    def add_person(self, name: str) -> Person:
        """A new person, an open-chat profile; others may be called the same."""
        alike = sum(person.name == name for person in self.people.values())
        person = Person(_id("person", f"{name}/{alike}", digits=19), name)
        self.people[person.id] = person
        self._log.execute("INSERT INTO db2.open_chat_member VALUES (?, ?, 31, 1)", (int(person.id), name))
        return person

    def join(self, room: str, person: str) -> None:
        """Somebody enters a room.

        Raises:
            Refused: there is no such room or person.
        """
        found = self.person(person)
        people = self.room(room).people
        if found not in people:
            people.append(found)

    def room(self, id_: str) -> Room:
        """The room with this id.

        Raises:
            Refused: there is none.
        """
        if id_ not in self.rooms:
            raise Refused(f"no room {id_}")
        return self.rooms[id_]

    def person(self, id_: str) -> Person:
        """The person with this id.

        Raises:
            Refused: there is none.
        """
        if id_ not in self.people:
            raise Refused(f"no person {id_}")
        return self.people[id_]

    # ---- the log ------------------------------------------------------------------------------------

    def say(self, room: str, person: str, text: str, *, thread: str = "", origin: str = "MSG") -> Row:
        """Somebody types a line.

        Raises:
            Refused: there is no such room or person.
        """
        self.join(room, person)
        return self._append(room, person, text, thread=thread, origin=origin)

    def post(self, room: str, text: str, *, thread: str = "", image: bytes | None = None) -> Row | None:
        """Our own account's message has arrived in a room; None when the account is not in such a room."""
        if room not in self.rooms:
            return None
        return self._append(room, self.bot.id, text, thread=thread, origin="WRITE", image=image)

    def remember(self, room: str, person: str, texts: Sequence[str], *, age: float) -> None:
        """KakaoTalk syncs old messages: rows that are `age` seconds old, with the mark of a history sync."""
        self.join(room, person)
        for text in texts:
            self._append(room, person, text, origin="SYNCMSG", age=age)

    def rows(self, room: str, after: int = 0) -> list[Row]:
        """A room's log behind the row `after`."""
        found = self._log.execute(
            "SELECT * FROM chat_logs WHERE chat_id = ? AND _id > ? ORDER BY _id", (int(room), after)
        )
        return [_shown(row) for row in found]

    def query(self, statement: str, bind: Sequence[str]) -> list[Row]:
        """Run one of the bridge's statements as Iris would: values are bound as text, columns are text.

        Raises:
            Refused: another statement, or wrong values.
        """
        if " ".join(statement.split()) not in STATEMENTS:
            raise Refused("near the beginning: this fake runs the bridge's statements only")
        try:
            found = [_shown(row) for row in self._log.execute(statement, list(bind))]
        except sqlite3.Error as error:
            raise Refused(str(error)) from None
        return [_decrypted(row) for row in found]

    def sender(self, row: Row) -> str | None:
        """The nickname of who wrote a row."""
        if row["user_id"] == self.bot.id:
            return self.bot.name
        return self.people[str(row["user_id"])].name

    def _append(
        self,
        room: str,
        user: str,
        text: str,
        *,
        origin: str,
        thread: str = "",
        image: bytes | None = None,
        age: float = 0.0,
    ) -> Row:
        now = self._clock()
        self._last_log = max(self._last_log + 1, int(now * 1000) << 20)
        mine = user == self.bot.id
        v = {"notDecoded": False, "origin": origin, "c": time.strftime("%m-%d %H:%M:%S"), "isMine": mine}
        columns: dict[str, object] = {
            "id": self._last_log,
            "type": PHOTO if image is not None else TEXT,
            "chat_id": int(room),
            "user_id": int(user),
            "message": "사진" if image is not None else text,
            "attachment": "{}",
            "created_at": int(now - age),
            "v": json.dumps(v | {"enc": 31}),
            "thread_id": int(thread) if thread else None,
        }
        names = ", ".join(columns)
        marks = ", ".join("?" for _ in columns)
        made = self._log.execute(
            f"INSERT INTO chat_logs ({names}) VALUES ({marks}) RETURNING *",  # noqa: S608 - our own names
            list(columns.values()),
        )
        row = _shown(made.fetchone())
        if image is not None:
            self.images[str(row["_id"])] = image
        for listener in self.listeners:
            listener(row)
        return row


def _shown(row: sqlite3.Row) -> Row:
    return {name: None if row[name] is None else str(row[name]) for name in row.keys()}  # noqa: SIM118 - a Row


def _decrypted(row: Row) -> Row:
    """Iris can read a message only where `v` and `user_id` stand beside it; else it stays as it is stored."""
    if "message" in row and not {"v", "user_id"} <= row.keys():
        secret = base64.b64encode(str(row["message"]).encode()).decode()
        return row | {"message": secret}
    return row


def _id(kind: str, name: str, *, digits: int) -> str:
    low = 10 ** (digits - 1)
    number = int.from_bytes(hashlib.sha256(f"{kind}/{name}".encode()).digest()[:16])
    most = min(9 * low, 2**63 - 1 - low)
    return str(low + number % most)
