"""Helpers that tests of several folders share; no tests and no fixtures."""
