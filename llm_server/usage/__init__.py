"""What the model used and what that cost: counted beside the requests, kept in PostgreSQL."""
