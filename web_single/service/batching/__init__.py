"""Dynamic batching: one model call and one commit for the requests that arrive together."""
