"""Prometheus metrics of the sources and the alerts. No label ever carries a room, a person or text."""

from prometheus_client import Counter, Gauge, Histogram

from botkit.runtime.metrics import SECONDS

holodex_requests = Counter("holodex_requests", "Requests to Holodex, retries included", ["outcome"])
holodex_seconds = Histogram("holodex_request_seconds", "Duration of a request to Holodex", buckets=SECONDS)
holodex_remaining = Gauge(
    "holodex_quota_remaining", "What the last answer said is left of a key's quota", ["key"]
)
holodex_holds = Counter("holodex_key_holds", "Keys put on hold", ["reason"])
holodex_breaker = Gauge("holodex_breaker_open", "1 while Holodex is not asked because it failed")
rows_broken = Counter("hololive_rows_broken", "Rows of a source that could not be read", ["source"])
readings = Counter("hololive_readings", "Lists given out, by where they came from", ["list", "came_from"])

names_looked_up = Counter(
    "hololive_names_looked_up", "Members looked up by name, by how they were found", ["found_by"]
)
members_indexed = Gauge("hololive_members_indexed", "Members that can be looked up")
questions = Counter("hololive_questions", "Questions in free words, by what they meant", ["meaning"])

ticks = Counter("alert_ticks", "Rounds of the alert loop", ["outcome"])
alerts_planned = Counter("alerts_planned", "Rows written to the outbox", ["stage", "status"])
alerts_sent = Counter("alerts_sent", "Rows that left the outbox", ["stage", "status"])
alert_delay = Histogram(
    "alert_delay_seconds",
    "From the moment an alert was due to the moment it was sent",
    buckets=(1, 5, 15, 30, 60, 90, 120, 200, 300, 600),
)
outbox_age = Gauge("alert_outbox_age_seconds", "Age of the oldest row that waits to be sent")
