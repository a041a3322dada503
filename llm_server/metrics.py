"""Prometheus metrics of the LLM server. No label ever carries a room, a person, a session or text."""

from prometheus_client import Counter, Histogram

from botkit.runtime.metrics import SECONDS

llm_requests = Counter("llm_requests", "Questions to the model, retries included", ["task", "outcome"])
llm_seconds = Histogram(
    "llm_request_seconds", "Duration of a question to the model", ["task"], buckets=SECONDS
)
llm_queue_seconds = Histogram(
    "llm_queue_seconds", "Wait for one of LLM_MAX_CONCURRENCY places", buckets=SECONDS
)
llm_retries = Counter("llm_retries", "Further attempts of a question to the model", ["reason"])
llm_tokens = Counter("llm_tokens", "Tokens used; output includes reasoning, input includes cached", ["kind"])
verify_path = Counter("verify_path", "How guesses were judged", ["path"])
verify_escalated = Counter("verify_escalated", "Guesses that were judged a second time", ["unanimous"])
verdict_cache = Counter("verdict_cache", "Verdicts looked for among those given before", ["result"])
shared_calls = Counter("llm_shared_calls", "Questions that joined an equal one on its way to the model")
guard_evaluations = Counter("guard_evaluations", "Texts that the guard looked at", ["verdict"])
guard_hits = Counter("guard_hits", "Rules of the guard that fitted", ["id"])
rate_limited = Counter("http_rate_limited", "Requests refused because there were too many")
session_store_errors = Counter("session_store_errors", "Commands that valkey-cache did not answer")
grpc_requests = Counter("grpc_requests", "Calls through the gRPC door", ["method", "code"])
http_requests = Counter("http_requests", "Requests through the HTTP door", ["route", "status"])
