"""Calling the model: from the rows of a request to results and probabilities."""
