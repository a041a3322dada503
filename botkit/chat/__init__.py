"""The vocabulary of every bot. Pure: no I/O, no clock, no randomness."""
