"""Tests of the compiled model."""
