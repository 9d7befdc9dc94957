"""Exporting stored predictions to files and streams."""
