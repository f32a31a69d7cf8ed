"""Servers for the tests: all on loopback, each stopped by the test that started it."""
