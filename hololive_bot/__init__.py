"""The hololive bot: who is live, what is coming, and a word before it begins."""
