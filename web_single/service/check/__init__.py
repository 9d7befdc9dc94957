"""Checks of a model folder before it is served: findings about how it would behave, and what to do about them."""
