"""The Python environment that runs a model: found on this machine or built by uv. Independent of model processes."""
