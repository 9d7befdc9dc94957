"""The database tier: the only package that uses SQL. Committed predictions are never changed or deleted."""
