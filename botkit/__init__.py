"""The kit that every program is built from: chat vocabulary, delivery, adapters, run-time."""
