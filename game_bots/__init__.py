"""The game bots. The two games do not know each other; what both need stands here."""
