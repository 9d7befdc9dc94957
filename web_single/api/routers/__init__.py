"""The endpoints: one module per route."""
