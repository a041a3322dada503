"""The texts of messages.yml as the code knows them: each key with the values it is given."""

from pathlib import Path
from typing import ClassVar

from botkit.chat.catalog import Catalog, Text
from botkit.chat.kit_texts import KIT_ERRORS, MESSAGES, KitTexts
from hololive_bot import holodex
from hololive_bot.commands import FORMS
from hololive_bot.genres import Genre
from hololive_bot.holodex.errors import PLAYER_ERRORS
from hololive_bot.periods import Period, Unit
from hololive_bot.refusals import REFUSALS


class Say(KitTexts):
    """Everything this bot says in answer to a line."""

    errors = (*KIT_ERRORS, *REFUSALS, *PLAYER_ERRORS)

    help_head = Text("help.head")
    help_line = Text("help.line", "usage", "summary")
    help_tail = Text("help.tail")
    help_question = Text("help.question", "prefix")
    summaries: ClassVar[dict[str, Text]] = {
        form.name: Text(f"summary.{form.name}") for form in FORMS if form.usage
    }

    usage_schedule = Text("usage.schedule", "prefix")
    usage_alert = Text("usage.alert", "prefix", "offer")
    usage_alert_offer = Text("usage.alert_offer", "prefix", "name")
    usage_subscriber = Text("usage.subscriber", "prefix")
    usage_ranking = Text("usage.ranking", "prefix")
    usage_calendar = Text("usage.calendar", "prefix")
    usage_history = Text("usage.history", "prefix")

    assumed = Text("member.assumed", "said", "name")
    nearest = Text("member.nearest", "names")
    candidate = Text("member.candidate", "prefix", "command", "name")

    soon = Text("time.soon")
    later = Text("time.in", "span")
    days = Text("time.days", "days")
    hours = Text("time.hours", "hours")
    hours_minutes = Text("time.hours_minutes", "hours", "minutes")
    minutes = Text("time.minutes", "minutes")
    time_unknown = Text("time.unknown")

    stale = Text("source.stale", "time")
    official = Text("source.official", "time")

    stream_name = Text("stream.name", "name")
    stream_title = Text("stream.title", "title")
    stream_link = Text("stream.link", "url")
    stream_viewers = Text("stream.viewers", "viewers")
    stream_when = Text("stream.when", "time", "relative")
    stream_when_unknown = Text("stream.when_unknown")
    stream_live_since = Text("stream.live_since", "time")
    stream_hosted_by = Text("stream.hosted_by", "name")
    untitled = Text("stream.untitled")
    premiere = Text("stream.premiere", "title")
    members_only = Text("stream.members_only", "title")
    placeholder = Text("stream.placeholder", "title")

    live_head = Text("live.head", "count")
    live_head_member = Text("live.head_member", "name")
    live_none = Text("live.none")
    live_none_member = Text("live.none_member", "name")
    live_none_group = Text("live.none_group", "name")
    live_next = Text("live.next")

    upcoming_head = Text("upcoming.head", "hours", "count")
    upcoming_head_member = Text("upcoming.head_member", "name", "hours", "count")
    upcoming_none = Text("upcoming.none", "hours")
    upcoming_none_member = Text("upcoming.none_member", "name", "hours")
    upcoming_unknown = Text("upcoming.unknown")
    upcoming_more = Text("upcoming.more", "count", "prefix", "asked")

    schedule_head = Text("schedule.head", "name", "days", "count")
    schedule_none = Text("schedule.none", "name", "days")
    schedule_live = Text("schedule.live", "title")
    schedule_coming = Text("schedule.coming", "title")
    schedule_time = Text("schedule.time", "time", "relative")

    alert_added = Text("alert.added", "name")
    alert_already = Text("alert.already", "name")
    alert_removed = Text("alert.removed", "name")
    alert_missing = Text("alert.missing", "name")
    alert_cleared = Text("alert.cleared", "count")
    alert_nothing_to_clear = Text("alert.nothing_to_clear")
    alert_lead = Text("alert.lead", "moments")
    alert_lead_before = Text("alert.lead_before", "minutes")
    alert_lead_start = Text("alert.lead_start")
    alert_lead_join = Text("alert.lead_join")
    alert_lead_none = Text("alert.lead_none")
    alert_not_found = Text("alert.not_found", "names")
    alert_unclear = Text("alert.unclear", "names")
    alert_graduated = Text("alert.graduated", "names")
    alert_no_channel = Text("alert.no_channel", "names")
    alert_not_served = Text("alert.not_served", "names")
    alert_over_limit = Text("alert.over_limit", "limit", "names")
    alert_head = Text("alert.head", "count")
    alert_entry = Text("alert.entry", "number", "name", "next")
    alert_empty = Text("alert.empty", "prefix")

    next_live = Text("next.live", "title")
    next_at = Text("next.at", "time", "relative", "title")
    next_unknown = Text("next.unknown", "title")
    next_none = Text("next.none")
    next_unreadable = Text("next.unreadable")

    subscribers = Text("subscriber.count", "name", "count", "time")
    subscribers_stale = Text("subscriber.count_stale", "name", "count", "time")
    subscribers_hidden = Text("subscriber.hidden", "name")

    ranking_head = Text("ranking.head", "count", "period")
    ranking_entry = Text("ranking.entry", "rank", "name", "growth", "current")
    ranking_since = Text("ranking.since", "time")
    ranking_none = Text("ranking.none")
    periods: ClassVar[dict[Unit, Text]] = {unit: Text(f"period.{unit}", "count") for unit in Unit}

    directory_head = Text("directory.head", "count")
    directory_group = Text("directory.group", "unit")
    directory_entry = Text("directory.entry", "name", "english")
    directory_others = Text("directory.others")

    profile_head = Text("profile.head", "english", "names")
    profile_graduated = Text("profile.graduated")
    profile_graduated_until = Text("profile.graduated_until", "until")
    profile_unit = Text("profile.unit", "unit")
    profile_birthday = Text("profile.birthday", "month", "day", "left")
    profile_birthday_today = Text("profile.birthday_today", "month", "day")
    profile_birthday_left = Text("profile.birthday_left", "days")
    profile_birthday_past = Text("profile.birthday_past", "month", "day")
    profile_debut = Text("profile.debut", "date", "years")
    profile_debut_first = Text("profile.debut_first", "date")
    profile_height = Text("profile.height", "height")
    profile_illustrator = Text("profile.illustrator", "names")
    profile_fans = Text("profile.fans", "names")
    profile_mark = Text("profile.mark", "names")
    profile_hashtags = Text("profile.hashtags", "names")
    profile_subscribers = Text("profile.subscribers", "count")
    profile_youtube = Text("profile.youtube", "channel")
    links: ClassVar[dict[str, Text]] = {
        kind: Text(f"profile.{kind}", "url") for kind in ("x", "song_playlist", "fan_club", "twitch")
    }
    profile_page = Text("profile.page", "url")

    calendar_head = Text("calendar.head", "year", "month", "count")
    calendar_none = Text("calendar.none", "year", "month")
    calendar_birthday = Text("calendar.birthday", "date", "name")
    calendar_anniversary = Text("calendar.anniversary", "date", "name", "years")
    calendar_date = Text("calendar.date", "month", "day", "weekday")
    calendar_weekdays = Text("calendar.weekdays")
    picture_title = Text("calendar.picture_title", "year", "month")
    picture_birthday = Text("calendar.picture_birthday", "name")
    picture_anniversary = Text("calendar.picture_anniversary", "name", "years")
    picture_more = Text("calendar.picture_more", "count")

    birthday_today = Text("celebration.birthday", "name")
    anniversary_today = Text("celebration.anniversary", "name", "years")
    milestone_reached = Text("milestone.reached", "name", "value", "count")
    milestone_near = Text("milestone.near", "name", "value", "left")

    history_head = Text("history.head", "count", "days")
    history_head_filtered = Text("history.head_filtered", "count", "days", "filters")
    history_none = Text("history.none", "days")
    history_kept = Text("history.kept")
    history_entry = Text("history.entry", "name", "genre")
    history_when = Text("history.when", "time")
    history_when_long = Text("history.when_long", "time", "length")
    genres: ClassVar[dict[Genre, Text]] = {genre: Text(f"genre.{genre}") for genre in Genre}

    def summary_texts(self) -> dict[str, str]:
        """Form name → what the help says about it."""
        return {name: self.catalog.render(text.key, {}) for name, text in self.summaries.items()}

    def period(self, period: Period) -> str:
        """How far back a ranking looks."""
        return self.catalog.render(self.periods[period.unit].key, {"count": period.count})

    def genre(self, genre: Genre) -> str:
        """A kind of broadcast."""
        return self.catalog.render(self.genres[genre].key, {})

    def link(self, kind: str, url: str) -> str:
        """A line with a link of a profile."""
        return self.catalog.render(self.links[kind].key, {"url": url})

    @classmethod
    def declared(cls) -> list[Text]:
        """The attributes, and the tables."""
        tables = (cls.summaries, cls.periods, cls.genres, cls.links)
        return [*super().declared(), *(text for table in tables for text in table.values())]


FILES = (MESSAGES, Path(holodex.__file__).with_name("messages.yml"), Path(__file__).with_name("messages.yml"))


def load() -> Say:
    """The texts, checked against the files.

    Raises:
        CatalogError: a text or a placeholder is missing, unknown or never used.
    """
    return Say(Catalog.load(*FILES))
