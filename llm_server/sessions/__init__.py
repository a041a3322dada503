"""Conversations: what was asked and answered before, so that the model stays consistent."""
