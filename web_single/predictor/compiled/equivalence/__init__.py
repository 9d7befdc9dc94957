"""Equivalence check: compares a compiled model with the model itself before it is used."""
