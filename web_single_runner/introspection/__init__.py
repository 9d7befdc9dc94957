"""Describing a loaded model: its features, its input type, and whether its rows are independent."""
