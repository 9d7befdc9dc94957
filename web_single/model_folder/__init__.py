"""The model folder: reading and checking the data scientist's files without running them."""
