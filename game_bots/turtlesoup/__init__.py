"""바다거북수프: a strange situation, a hidden truth, and a room that asks its way to it."""
