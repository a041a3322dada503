"""Prometheus metrics of usage accounting."""

from prometheus_client import Counter, Gauge

usage_flush = Counter("usage_flush", "Batches of usage sent to PostgreSQL", ["outcome"])
usage_pending = Gauge("usage_pending_requests", "Requests whose usage PostgreSQL does not have yet")
usage_dropped = Counter("usage_dropped_requests", "Requests whose usage is lost")
usage_unpriced = Counter("usage_unpriced_requests", "Requests to a model without a price", ["model"])
llm_cost = Counter("llm_cost_micro_usd", "Cost of requests, in millionths of a US dollar", ["model"])
