"""The operators' command line: what is wrong, who waits, what was given up, and a copy of everything."""
