"""What the command line knows of the programs is what the programs say of themselves."""

from dataclasses import fields
from typing import Any

import pytest

from botkit.runtime.settings import variable_names
from botkit.service import BotSettings
from game_bots.turtlesoup import game as soups
from game_bots.turtlesoup import ledger as soup_ledger
from game_bots.turtlesoup import room as soup_room
from game_bots.turtlesoup import store as soup_store
from game_bots.turtlesoup.settings import TurtlesoupSettings
from game_bots.twentyq import ledger, store
from game_bots.twentyq.game import Riddle
from game_bots.twentyq.room import Room
from game_bots.twentyq.settings import TwentyqSettings
from hololive_bot.repository import link
from hololive_bot.settings import HololiveSettings
from iris_bridge.settings import BridgeSettings
from llm_server.settings import ServerSettings
from llm_server.usage import books, repository
from tests.support.servers import Client
from workspace.doctor.disk import UNSAVED
from workspace.games import FINISHED
from workspace.programs import BOTS, BRIDGE, LLM_SERVER, MISPLACED, PROGRAMS, UnknownProgram, named

TWENTYQ, TURTLESOUP, HOLOLIVE = BOTS

SETTINGS: dict[str, type[BotSettings]] = {
    "twentyq": TwentyqSettings,
    "turtlesoup": TurtlesoupSettings,
    "hololive": HololiveSettings,
}
"""The bots' own words."""


@pytest.mark.parametrize("name", SETTINGS)
def test_of_every_bots_settings(name: str) -> None:
    bot = named(name)
    own = SETTINGS[name].model_fields
    assert bot.streams({}) == own["streams"].default
    assert bot.consumer_group({}) == own["consumer_group"].default
    assert bot.port({}) == own["server_port"].default
    names = {variable_names(field, about)[0] for field, about in own.items()}
    assert {bot.port_name, f"{bot.prefix}_MQ_STREAM_KEY", f"{bot.prefix}_MQ_CONSUMER_GROUP"} <= names
    assert set(MISPLACED) == set(SETTINGS[name].misplaced_names)


def test_of_the_twentyq_bot(valkey: Client) -> None:
    assert store.Store(valkey).key("7") == f"{TWENTYQ.rooms}7"
    assert TWENTYQ.ledger == store.LEDGER
    assert (TWENTYQ.schema, TWENTYQ.migrations_directory) == (ledger.SCHEMA, ledger.MIGRATIONS)
    assert TWENTYQ.game in {field.name for field in fields(Room)}
    assert {"started_at", "players", "questions", "hints"} <= {field.name for field in fields(Riddle)}


def test_of_the_turtlesoup_bot(valkey: Client) -> None:
    assert soup_store.Store(valkey).key("7") == f"{TURTLESOUP.rooms}7"
    assert TURTLESOUP.ledger == soup_store.LEDGER
    assert (TURTLESOUP.schema, TURTLESOUP.migrations_directory) == (
        soup_ledger.SCHEMA,
        soup_ledger.MIGRATIONS,
    )
    assert TURTLESOUP.game in {field.name for field in fields(soup_room.Room)}
    assert {"started_at", "players", "questions", "hints"} <= {field.name for field in fields(soups.Soup)}


def test_of_the_hololive_bot() -> None:
    assert (HOLOLIVE.schema, HOLOLIVE.migrations_directory) == (link.SCHEMA, link.MIGRATIONS)


def test_of_the_llm_server() -> None:
    assert LLM_SERVER.port({}) == ServerSettings.model_fields["http_port"].default
    assert (LLM_SERVER.schema, LLM_SERVER.migrations_directory) == (repository.SCHEMA, repository.MIGRATIONS)
    assert books.UNSAVED == UNSAVED


def test_of_the_bridge() -> None:
    defaults: dict[str, Any] = {name: field.default for name, field in BridgeSettings.model_fields.items()}
    assert BRIDGE.port({}) == defaults["server_port"]
    assert BRIDGE.consumer_group({}) == defaults["consumer_group"]
    assert BRIDGE.streams({"BRIDGE_MQ_STREAM_KEY": "x"}) == ()


def test_variables_are_read_as_the_programs_read_them() -> None:
    assert TWENTYQ.streams({"TWENTYQ_MQ_STREAM_KEY": " a, b "}) == ("a", "b")
    assert TWENTYQ.port({"TWENTYQ_SERVER_PORT": " 7 "}) == 7
    assert TWENTYQ.port({"TWENTYQ_SERVER_PORT": "seven"}) == 30081
    assert LLM_SERVER.streams({}) == ()


def test_every_bot_that_counts_games_has_a_listing() -> None:
    assert set(FINISHED) == {bot.schema for bot in BOTS if bot.ledger}


def test_programs_are_found_by_name_and_schema() -> None:
    assert named("twentyq") is TWENTYQ
    assert named("llm") is named("llm-server") is LLM_SERVER
    with pytest.raises(UnknownProgram, match="twentyq"):
        named("nobody")
    assert {"llm-server", "twentyq"} <= {program.name for program in PROGRAMS if program.has_migrations}
    assert not named("iris-bridge").has_migrations
