"""The bots' side of the LLM server's contract."""
