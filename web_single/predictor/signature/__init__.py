"""The model's inputs and outputs: which features it takes, what it returns, and when two outputs are equal."""
