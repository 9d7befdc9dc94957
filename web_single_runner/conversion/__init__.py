"""Converting a fitted model into plain numbers that a compiled model is built from."""
