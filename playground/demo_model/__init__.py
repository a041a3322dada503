"""A server that speaks the Gemini protocol: a demo model for newcomers, a peer with faults for tests."""
