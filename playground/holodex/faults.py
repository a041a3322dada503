"""What can go wrong with Holodex, as a script of rules that tests and the playground set."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Kind = Literal["status", "hang", "disconnect", "html", "truncated", "object", "broken_rows", "no_rows"]

BROKEN_ROWS: tuple[Any, ...] = (
    None,
    "row",
    {"title": "no id"},
    {
        "id": "BROKENTIME1",
        "channel": {"id": "x", "org": "Hololive"},
        "status": "live",
        "start_scheduled": "soon",
    },
    {"id": "BROKENCHAN1", "channel": None, "status": "upcoming"},
    {"id": "BROKENSTAT1", "channel": {"id": "x", "org": "Hololive"}, "status": "resting"},
)


class Rule(BaseModel):
    """One fault: for which requests, how often, and what happens.

    `path` and `key` choose requests (None: all); `times` counts down (None: for ever). A rule with only a
    delay answers normally, later. `reset` is what a 429 says in `X-Ratelimit-Reset`, in seconds from now.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = None
    path: str | None = None
    key: str | None = None
    times: Annotated[int | None, Field(gt=0)] = None
    delay_ms: Annotated[float, Field(ge=0)] = 0
    status: Literal[400, 401, 403, 404, 429, 500, 502, 503, 504] = 503
    reset: float | None = 60

    def fits(self, path: str, key: str) -> bool:
        """Whether it is about such a request."""
        return (self.path is None or self.path in path) and (self.key is None or self.key == key)


Script = TypeAdapter(list[Rule])


class Faults:
    """The rules that are in force, the first that fits wins."""

    def __init__(self) -> None:
        self._rules: list[tuple[Rule, int | None]] = []

    def replace(self, rules: list[Rule]) -> None:
        """Set the script anew."""
        self._rules = [(rule, rule.times) for rule in rules]

    def next_for(self, path: str, key: str) -> Rule | None:
        """The rule for a request, used up once by it."""
        for at, (rule, left) in enumerate(self._rules):
            if not rule.fits(path, key):
                continue
            if left == 1:
                del self._rules[at]
            elif left is not None:
                self._rules[at] = rule, left - 1
            return rule
        return None


def spoilt(rule: Rule, body: Any) -> Any:
    """An answer with status 200 that is not as it should be; `body` is the good one."""
    if rule.kind == "object":
        return {"message": "something else"}
    if rule.kind == "no_rows":
        return [] if isinstance(body, list) else {"total": "0", "items": []}
    if isinstance(body, dict) and "items" in body:
        return body | {"items": [*BROKEN_ROWS, *body["items"]]}
    return [*BROKEN_ROWS, *body] if isinstance(body, list) else {"id": None}
