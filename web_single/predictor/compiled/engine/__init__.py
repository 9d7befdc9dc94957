"""Computation of a compiled model: preprocessing, scores, and the outputs derived from the scores."""
