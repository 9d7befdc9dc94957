"""The model's inputs and outputs: features, results, and the comparison of two outputs."""
