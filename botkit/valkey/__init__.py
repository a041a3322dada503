"""Valkey: clients that fail fast, the stream lease, the versioned record, and their scripts."""
