"""The ledger: the only place that knows SQL. What it has committed stays."""
