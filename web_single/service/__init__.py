"""The application tier: use cases that depend on neither a web framework nor an SQL library."""
