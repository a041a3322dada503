"""스무고개 (twenty questions): topics, verdicts, guesses, hints."""
