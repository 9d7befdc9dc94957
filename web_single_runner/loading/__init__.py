"""Importing `model.py` and loading the artifact."""
