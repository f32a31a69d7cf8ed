"""Servers for the tests: all on loopback, each ended by the test that began it."""
