"""바다거북수프: six puzzles, and rules that answer what players ask about them."""
