"""Checking a delivery: what it would be like to serve it, and what to do about that, before anybody does."""
