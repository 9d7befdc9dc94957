"""Static analysis of `model.py` and its helper modules."""
