"""Dynamic batching: one model call and one commit for concurrent requests."""
