"""The client of the model process: its start, its messages and its output."""
