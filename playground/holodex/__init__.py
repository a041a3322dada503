"""A Holodex for the playground and the tests: its protocol, a scripted clock, and scripted faults."""
