"""Everything this bot asks PostgreSQL; it is the truth for subscriptions, settings, members and figures."""
