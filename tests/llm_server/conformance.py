"""`make conformance`: runs one line for every route and rpc and writes docs/conformance.md with the answers.

The lines are run with curl and, in grpcurl's place, with the Node client of tests/node (`make test-node` installs
it), against the real program with embedded servers and a model that says the same to everybody.
"""

import asyncio
import json
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llm_server.operations import Row
from playground.embedded import Postgres
from tests.e2e.system import System
from tests.llm_server.doors import SERVICE
from tests.llm_server.provider import Words
from tests.llm_server.rpc.test_node import grpcurl
from tests.llm_server.test_examples import ROWS
from tests.support.servers import socket_directory

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"
LONGEST = 400
KEY = "e2e-key"
SESSION = "{session}"
HEALTH = (
    ("Health", "GET", "/health"),
    ("Readiness", "GET", "/health/ready"),
    ("Prometheus", "GET", "/metrics"),
)

HEAD = """# Conformance

One line for every route and every rpc, run against the server, with its answer (long ones are cut). Written by
`make conformance`; do not edit. `$KEY` is `HTTP_API_KEY`. The model behind the server says the same to everybody, so
its answers mean nothing. The grpcurl lines were run with the Node client in `tests/node`, which takes the same words.

Routes: {routes} and {aliases} deprecated aliases (`/api/twentyq/*` for `/api/llm/twentyq/*`, `/api/turtle-soup/*` for
`/api/llm/turtlesoup/*`). Rpcs: {rpcs}. A test calls every rpc through HTTP, gRPC over TCP and gRPC over the Unix
socket and compares (`tests/llm_server/test_doors.py`, `test_operations.py`); schemathesis holds every route against
`/openapi.json` (`tests/llm_server/http/test_schema.py`).
"""


def payload(row: Row) -> dict[str, Any]:
    """The example of a request."""
    examples = row.request.model_json_schema().get("examples") or [{}]
    return dict(examples[0])


def curl(method: str, path: str, body: dict[str, Any] | None, *, keyed: bool) -> str:
    """The line for a route."""
    words = ["curl", "-s", "-w", "' %{http_code}'"]
    words += ["-X", method] if method != "GET" else []
    words += ["-H", '"X-API-Key: $KEY"'] if keyed else []
    words += ["-d", shlex.quote(json.dumps(body, ensure_ascii=False))] if body else []
    return " ".join([*words, f"http://localhost:40527{path}"])


def routes() -> Iterator[tuple[str, str]]:
    """Operation and line, in an order in which they work."""
    for name, method, path in HEALTH:
        yield name, curl(method, path, None, keyed=False)
    for row in ROWS:
        path = row.path.replace("{session_id}", SESSION).replace("{puzzle_id}", "1")
        body = payload(row) if row.has_body else None
        yield row.name, curl(row.method, path, body, keyed=path.startswith("/api/"))


def rpcs() -> Iterator[tuple[str, str]]:
    """Operation and line."""
    bodies = {row.name: payload(row) for row in ROWS}
    snake = {"bannedTopics": "banned_topics"}
    for method in SERVICE.methods:
        body = {snake.get(name, name): value for name, value in bodies[method.name].items()}
        if method.name == "EndSession":
            body = {"session_id": "twentyq:1234"}
        data = f" -d {shlex.quote(json.dumps(body, ensure_ascii=False))}" if body else ""
        call = f"{SERVICE.full_name}/{method.name}"
        yield method.name, f'grpcurl -plaintext -H "x-api-key: $KEY"{data} localhost:40528 {call}'


async def run_curl(line: str, port: int) -> str:
    """What curl prints."""
    words = shlex.split(line.replace("localhost:40527", f"127.0.0.1:{port}").replace("$KEY", KEY))
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return output.decode()


async def write(system: System) -> None:
    """Run everything, and write the document."""
    parts: list[str] = ["\n## HTTP\n"]
    session = ""
    for name, template in routes():
        line = template.replace(SESSION, session)
        answer = await run_curl(line, system.llm_port)
        body, _, status = answer.rpartition(" ")
        assert status.startswith("2"), f"{line}\n{answer}"
        if name == "CreateSession":
            session = json.loads(body)["id"]
        parts.append(f"### {name}\n\n```bash\n{line}\n```\n```\n{status} {shortened(body)}\n```\n")
    parts.append("\n## gRPC\n")
    for name, line in rpcs():
        words = line.replace("localhost:40528", f"127.0.0.1:{system.grpc_port}").replace("$KEY", KEY)
        failed, answer = await grpcurl(*shlex.split(words)[1:])
        assert not failed, f"{line}\n{answer}"
        parts.append(f"### {name} (rpc)\n\n```bash\n{line}\n```\n```\n{shortened(answer)}\n```\n")
    aliases = sum(len(row.aliases) for row in ROWS)
    head = HEAD.format(routes=len(ROWS) + len(HEALTH), aliases=aliases, rpcs=len(SERVICE.methods))
    DOCUMENT.write_text(head + "\n".join(parts), "utf-8")


def shortened(answer: str) -> str:
    """An answer on few lines."""
    answer = " ".join(answer.split())
    return answer if len(answer) <= LONGEST else answer[:LONGEST] + "…"


async def main() -> None:
    """Start everything, run everything, write."""
    with tempfile.TemporaryDirectory() as directory:
        postgres = Postgres(socket_directory() / "data")
        await postgres.start(user="twentyq_app", database="twentyq")
        async with System(Path(directory), postgres, engine=Words(), proxied=False) as system:
            await system.start_llm()
            await write(system)
        await postgres.stop()


if __name__ == "__main__":
    asyncio.run(main())
