"""The guard against prompt injection: what a text hides, what it asks for, how sure we are. Pure."""
