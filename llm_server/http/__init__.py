"""The HTTP door: FastAPI made from the table of operations."""
