"""The 20 questions engine: a lookup table that reads Korean, and says so when it cannot tell."""
