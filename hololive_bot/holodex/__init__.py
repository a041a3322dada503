"""Holodex, where everything that is live or coming is read from: its keys, limits, failures and rows."""
