"""The operators' HTTP routes under /api/holo, one module a theme."""
