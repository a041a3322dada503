"""바다거북수프 (lateral-thinking puzzles): puzzles, verdicts, hints, the reveal."""
