"""Delivery: one visible effect per chat line, whatever is killed when (see docs/decisions)."""
