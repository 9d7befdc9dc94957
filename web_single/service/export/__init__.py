"""The export of stored predictions to files and streams."""
