"""Prometheus metrics of the kit. Names follow OpenMetrics; no label ever carries a room, person or text."""

from prometheus_client import REGISTRY as DEFAULT_REGISTRY
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

lines_read = Counter("bot_lines_read", "Chat lines taken from the inbound stream", ["source"])
lines_done = Counter("bot_lines_done", "Chat lines acknowledged, by what became of them", ["result"])
line_age = Histogram("bot_line_age_seconds", "Age of a line when its handling began", buckets=SECONDS)
line_seconds = Histogram(
    "bot_line_seconds", "Handling of one line, model included", ["command"], buckets=SECONDS
)
replies_published = Counter("bot_replies_published", "Bubbles written to the reply stream", ["type"])
lines_in_hand = Gauge("bot_lines_in_hand", "Lines read and not yet acknowledged")
rooms_running = Gauge("bot_rooms_running", "Rooms whose lane is handling a line")
owner = Gauge("bot_stream_owner", "1 while this process owns the inbound stream", ["stream"])
ownerships_lost = Counter("bot_ownerships_lost", "Leases lost to another process or to time")
entries_dead = Counter("bot_entries_dead", "Entries moved to a dead-letter stream")
saves_refused = Counter("bot_saves_refused", "Saves refused because the record had moved on")
llm_calls = Counter("bot_llm_calls", "Calls of the LLM server", ["rpc", "outcome"])
llm_seconds = Histogram("bot_llm_seconds", "Duration of a call of the LLM server", ["rpc"], buckets=SECONDS)
games_archived = Counter("bot_games_archived", "Finished games written to PostgreSQL")
loop_lag = Gauge("process_loop_lag_seconds", "How late the event loop's ticker last was")


def exposition(registry: CollectorRegistry = DEFAULT_REGISTRY) -> bytes:
    """Everything in the Prometheus text format."""
    return generate_latest(registry)
