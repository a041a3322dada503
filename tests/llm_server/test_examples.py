"""Every operation is shown with an example that is true."""

import inspect
from pathlib import Path

import pytest
from pydantic_core import to_json

from llm_server import contract, operations
from llm_server.chat.contract import SessionInfo
from llm_server.chat.service import Chat
from llm_server.gate import Gate
from llm_server.hololive.service import Hololive
from llm_server.operations import Row, Table
from llm_server.turtlesoup.library import Library
from llm_server.turtlesoup.service import TurtleSoup
from llm_server.twentyq.service import Twentyq
from llm_server.usage.reports import Reports


def table() -> Table:
    """The table, bound to nothing: only its types are looked at."""
    made = {cls: object.__new__(cls) for cls in (Chat, Gate, Hololive, Library, TurtleSoup, Twentyq, Reports)}
    wanted = inspect.signature(operations.table).parameters
    found = {name: made.get(parameter.annotation) for name, parameter in wanted.items()}
    return operations.table(**found)  # type: ignore[arg-type]


ROWS = table()


def test_there_are_35_operations_21_of_them_rpcs() -> None:
    assert (len(ROWS), sum(row.rpc for row in ROWS)) == (35, 21)
    assert len({(row.method, path) for row in ROWS for path in (row.path, *row.aliases)}) == 35 + 17


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_requests_and_responses_have_true_examples(row: Row) -> None:
    models = [row.response, *([row.request] if row.has_body else [])]
    for model in models:
        (shown,) = model.model_json_schema()["examples"]
        read = (
            model.from_json(to_json(shown), {"session_id": "s"})
            if issubclass(model, contract.Request)
            else model.model_validate(shown)
        )
        assert read
        if issubclass(model, contract.Message) and model is not SessionInfo:
            assert set(shown) <= set(model.model_json_schema()["properties"])


def test_every_operation_stands_in_the_conformance_table() -> None:
    document = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text("utf-8")
    for row in ROWS:
        assert f"### {row.name}\n" in document
        if row.rpc:
            assert f"### {row.name} (rpc)\n" in document
