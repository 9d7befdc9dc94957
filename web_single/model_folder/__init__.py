"""The data scientist's files, read without running any of them."""
