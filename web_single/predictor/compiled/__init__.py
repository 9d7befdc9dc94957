"""The compiled model: the shortcut past the model's own process, proved equal to it before it is used.

Its one rule: whatever is not sure, it hands back to the plain way. Only here may numpy, onnxruntime and treelite be
imported, and only by what `evaluation` needs: a server without a compiled model never loads them.
"""
