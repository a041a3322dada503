"""A server that speaks the Gemini protocol: a demo model for newcomers, a scripted peer with faults for tests."""
