"""PostgreSQL: the pool, its failures, numbered migrations."""
