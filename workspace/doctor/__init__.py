"""Looks at everything a running system needs, and says what to do about what is wrong."""
