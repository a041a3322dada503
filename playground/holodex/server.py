"""The server: the used routes of API v2, the agency's schedule, and `/_control` for who scripts it."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from playground.holodex.broadcast import Broadcast
from playground.holodex.faults import Faults, Rule, Script, spoilt
from playground.holodex.members import Channel
from playground.holodex.quota import Quota

RECORDED = 1000
FAR_SECONDS = 7 * 86_400
DEFAULT_HOURS = 48
BROADCASTS = TypeAdapter(list[Broadcast])


class Programme(Protocol):
    """Which broadcasts there are around a moment."""

    def around(self, now: float) -> Iterable[Broadcast]:
        """Those that may be shown at `now`."""
        ...


class Fixed:
    """A programme that is written down."""

    def __init__(self, broadcasts: Iterable[Broadcast] = ()) -> None:
        self.broadcasts = {broadcast.id: broadcast for broadcast in broadcasts}

    def around(self, _now: float) -> Iterable[Broadcast]:
        """All."""
        return self.broadcasts.values()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    at: float
    path: str
    query: Mapping[str, str]
    key: str
    status: int


class HolodexServer:
    """`async with HolodexServer(…) as server:` listens on 127.0.0.1; `base_url` is for clients."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        programme: Programme,
        *,
        clock: Callable[[], float],
        keys: frozenset[str] | None = None,
        quota: Quota | None = None,
    ) -> None:
        """`keys` are those accepted; None accepts any."""
        self.channels = dict(channels)
        self.programme = programme
        self.extra = Fixed()
        self.clock = clock
        self.quota = quota or Quota()
        self._keys = keys
        self._faults = Faults()
        self._runner: web.AppRunner | None = None
        self.asked: deque[Asked] = deque(maxlen=RECORDED)
        self.requests = 0
        self.url = ""

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return f"{self.url}/api/v2"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one."""
        self._runner = web.AppRunner(
            self._app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound = self._runner.addresses[0]
        self.url = f"http://{bound[0]}:{bound[1]}"

    async def stop(self) -> None:
        """Close; who still waits is cut off."""
        if self._runner:
            await self._runner.cleanup()

    def script(self, *rules: Rule) -> None:
        """Set the faults anew; none clears them."""
        self._faults.replace(list(rules))

    # ---- the API ------------------------------------------------------------------------------------

    def _app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/v2/live", self._guarded(self._live)),
                web.get("/api/v2/users/live", self._guarded(self._users_live)),
                web.get("/api/v2/videos", self._guarded(self._videos)),
                web.get("/api/v2/videos/{id}", self._guarded(self._video)),
                web.get("/api/v2/channels", self._guarded(self._channel_list)),
                web.get("/api/v2/channels/{id}", self._guarded(self._channel)),
                web.get(r"/api/list{group:(?:/\d+)?}", self._guarded(self._official, needs_key=False)),
                web.get("/_control", self._show),
                web.post("/_control/faults", self._set_faults),
                web.post("/_control/broadcasts", self._add),
                web.delete("/_control", self._forget),
            ]
        )
        return app

    def _guarded(
        self, answer: Callable[[web.Request, float], Any], *, needs_key: bool = True
    ) -> Callable[[web.Request], Any]:
        """Keys, quota and faults before, `answer` after."""

        async def handle(http: web.Request) -> web.StreamResponse:
            now = self.clock()
            self.requests += 1
            key = http.headers.get("X-APIKEY", "")
            response = await self._respond(http, answer, now, key, needs_key=needs_key)
            if needs_key:
                for name, value in self.quota.headers(key, now).items():
                    response.headers.setdefault(name, value)
            self.asked.append(Asked(now, http.path, dict(http.query), key, response.status))
            return response

        return handle

    async def _respond(
        self,
        http: web.Request,
        answer: Callable[[web.Request, float], Any],
        now: float,
        key: str,
        *,
        needs_key: bool,
    ) -> web.Response:
        rule = self._faults.next_for(http.path, key)
        if rule and (rule.delay_ms or rule.kind == "hang"):
            await asyncio.sleep(3600 if rule.kind == "hang" else rule.delay_ms / 1000)
        if needs_key and (not key or (self._keys is not None and key not in self._keys)):
            return web.json_response({"message": "API key is required"}, status=403)
        if needs_key and not self.quota.take(key, now):
            return web.json_response({"message": "Too many requests"}, status=429)
        if rule and rule.kind in ("status", "disconnect", "html"):
            return _refusal(http, rule, now)
        try:
            body = answer(http, now)
        except KeyError:
            return web.json_response({"message": "not found"}, status=404)
        text = json.dumps(spoilt(rule, body) if rule and rule.kind else body, ensure_ascii=False)
        if rule and rule.kind == "truncated":
            text = text[: len(text) // 2]
        return web.Response(text=text, content_type="application/json")

    def _shown(self, now: float) -> list[Broadcast]:
        found = {broadcast.id: broadcast for broadcast in self.programme.around(now)} | self.extra.broadcasts
        return [broadcast for broadcast in found.values() if broadcast.status_at(now)]

    def _live(self, http: web.Request, now: float) -> Any:
        query = http.query
        statuses = query.get("status", "live,upcoming").split(",")
        ends = now + float(query.get("max_upcoming_hours", DEFAULT_HOURS)) * 3600
        found = [
            broadcast
            for broadcast in self._chosen(query, now)
            if broadcast.status_at(now) in statuses
            and (broadcast.status_at(now) != "upcoming" or (broadcast.planned_at(now) or now) <= ends)
        ]
        return self._page(query, found, now, limit=9999, descending=query.get("order") == "desc")

    def _users_live(self, http: web.Request, now: float) -> Any:
        wanted = set(http.query.get("channels", "").split(","))
        found = [
            b for b in self._shown(now) if b.channel in wanted and b.status_at(now) in ("live", "upcoming")
        ]
        return [broadcast.row(now, self.channels, mentions=False) for broadcast in found]

    def _videos(self, http: web.Request, now: float) -> Any:
        query = http.query
        statuses = query.get("status", "new,upcoming,live,past,missing").split(",")
        found = [b for b in self._chosen(query, now) if b.status_at(now) in statuses]
        return self._page(query, found, now, limit=25, descending=query.get("order") != "asc")

    def _video(self, http: web.Request, now: float) -> Any:
        shown = {broadcast.id: broadcast for broadcast in self._shown(now)}
        return shown[http.match_info["id"]].row(now, self.channels, mentions=True)

    def _chosen(self, query: Mapping[str, str], now: float) -> list[Broadcast]:
        """Those of the channel, the organisation and the types that were asked for."""
        types = query.get("type", "stream").split(",")
        channel, org = query.get("channel_id"), query.get("org")
        return [
            broadcast
            for broadcast in self._shown(now)
            if broadcast.type in types
            and (channel is None or broadcast.channel == channel)
            and (org is None or self.channels[broadcast.channel].org == org)
        ]

    def _page(
        self, query: Mapping[str, str], found: list[Broadcast], now: float, *, limit: int, descending: bool
    ) -> Any:
        mentions = "mentions" in query.get("include", "")
        rows = [broadcast.row(now, self.channels, mentions=mentions) for broadcast in found]
        by = query.get("sort", "available_at")
        rows.sort(key=lambda row: (str(row.get(by) or row["available_at"]), row["id"]), reverse=descending)
        begins = int(query.get("offset", 0))
        page = rows[begins : begins + int(query.get("limit", limit))]
        return {"total": str(len(rows)), "items": page} if query.get("paginated") else page

    def _channel_list(self, http: web.Request, _now: float) -> Any:
        org = http.query.get("org")
        found = [channel.record() for channel in self.channels.values() if org is None or channel.org == org]
        begins = int(http.query.get("offset", 0))
        return found[begins : begins + int(http.query.get("limit", 25))]

    def _channel(self, http: web.Request, _now: float) -> Any:
        return self.channels[http.match_info["id"]].record()

    def _official(self, _http: web.Request, now: float) -> Any:
        rows = [
            broadcast.official_row(now, self.channels)
            for broadcast in self._shown(now)
            if broadcast.type == "stream"
            and broadcast.status_at(now) in ("live", "upcoming")
            and (broadcast.planned_at(now) or now) < now + FAR_SECONDS
        ]
        days: dict[str, list[Any]] = {}
        for row in sorted(rows, key=lambda row: str(row["datetime"])):
            days.setdefault(row["datetime"][:10], []).append(row)
        groups = [
            {"displayDate": day[5:], "datetime": f"{day} 00:00:00", "videoList": videos}
            for day, videos in days.items()
        ]
        return {"dateGroupList": groups}

    # ---- control ------------------------------------------------------------------------------------

    async def _show(self, _http: web.Request) -> web.Response:
        now = self.clock()
        shown = [broadcast.row(now, self.channels, mentions=True) for broadcast in self._shown(now)]
        near = [row for row in shown if row["status"] in ("live", "upcoming")]
        last = [{"at": a.at, "path": a.path, "query": dict(a.query), "status": a.status} for a in self.asked]
        return web.json_response({"now": now, "requests": self.requests, "streams": near, "last": last[-50:]})

    async def _set_faults(self, http: web.Request) -> web.Response:
        try:
            rules = Script.validate_json(await http.read())
        except ValidationError as error:
            return _invalid(error)
        self.script(*rules)
        return web.json_response({"rules": len(rules)})

    async def _add(self, http: web.Request) -> web.Response:
        """Broadcasts as `Broadcast` has them; one with a known id replaces it."""
        try:
            broadcasts = BROADCASTS.validate_json(await http.read())
        except ValidationError as error:
            return _invalid(error)
        if unknown := {broadcast.channel for broadcast in broadcasts} - self.channels.keys():
            return web.json_response({"error": f"no such channel: {', '.join(sorted(unknown))}"}, status=400)
        self.extra.broadcasts |= {broadcast.id: broadcast for broadcast in broadcasts}
        return web.json_response({"broadcasts": len(self.extra.broadcasts)})

    async def _forget(self, _http: web.Request) -> web.Response:
        self.script()
        self.extra = Fixed()
        self.asked.clear()
        self.requests = 0
        return web.json_response({})


def _refusal(http: web.Request, rule: Rule, now: float) -> web.Response:
    if rule.kind == "disconnect" and http.transport:
        http.transport.abort()
    if rule.kind == "html":
        return web.Response(text="<html><h1>just a moment</h1></html>", content_type="text/html")
    response = web.json_response({"message": f"scripted {rule.status}"}, status=rule.status)
    if rule.status == 429:
        response.headers["X-Ratelimit-Reset"] = "" if rule.reset is None else str(int(now + rule.reset))
    return response


def _invalid(error: ValidationError) -> web.Response:
    return web.json_response({"error": error.errors(include_url=False, include_context=False)}, status=400)
