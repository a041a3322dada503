"""hololive: what a question in free words asks for."""
