"""Since when a Valkey knows a command and its options, as it documents itself."""

from collections.abc import Iterator
from typing import Any

Version = tuple[int, ...]


def version(text: str) -> Version:
    """`9.0.1` → (9, 0, 1)."""
    return tuple(map(int, text.split(".")))


async def documented(client: Any, command: str) -> dict[str, Version]:
    """The command itself, its subcommands and its options in capitals → since which version."""
    answer = await client.execute_command("COMMAND DOCS", command)
    return dict(_since(_tree(answer)))


def _since(tree: Any) -> Iterator[tuple[str, Version]]:
    for name, about in tree.items():
        first = version(about["since"])
        yield name.upper().replace("|", " "), first
        yield from _options(about.get("arguments", ()), first)
        yield from _since(about.get("subcommands", {}))


def _options(arguments: Any, first: Version) -> Iterator[tuple[str, Version]]:
    for one in arguments:
        since = version(one["since"]) if "since" in one else first
        if "token" in one:
            yield one["token"].upper(), since
        yield from _options(one.get("arguments", ()), since)


def _tree(answer: Any) -> Any:
    """What RESP2 flattens: lists of names and values become dictionaries."""
    if isinstance(answer, bytes):
        return answer.decode()
    if isinstance(answer, dict):
        return {_tree(name): _tree(value) for name, value in answer.items()}
    if isinstance(answer, list):
        if answer and len(answer) % 2 == 0 and all(isinstance(name, bytes | str) for name in answer[::2]):
            return dict(zip(map(_tree, answer[::2]), map(_tree, answer[1::2]), strict=True))
        return [_tree(one) for one in answer]
    return answer
