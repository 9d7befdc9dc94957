"""The model process: loads the model folder and runs `model.py` as `__main__`, separate from the server.

Requires only the standard library of Python 3.8 or later; uses numpy, pandas and joblib if installed.
The server starts it as `python web_single_runner CHANNEL LIFELINE PARENT ARTIFACT` and never imports it.
"""
