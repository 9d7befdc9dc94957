"""The compiled model: a fast path in the server process, checked for equivalence with the model before it is used.

Rule of this package: every row without a certain result falls back to the reference path. Only this package imports
numpy, onnxruntime and treelite, and only where `engine` needs them: a server without a compiled model never loads them.
"""
