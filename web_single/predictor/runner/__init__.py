"""The client of the model process: starting it, and exchanging messages with it."""
