"""User code whose result for a row depends on the other rows of X, and row-wise code beside it, served to many clients.

Each folder under `model_folders` is a model folder as a data scientist writes it.
"""
