"""The equivalence check: a compiled model is compared with the model itself before it is used."""
