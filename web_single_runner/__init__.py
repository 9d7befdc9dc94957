"""The model's own process: its `__main__` is the delivered model.py, its working folder the delivery.

Stands alone: the standard library of Python 3.8 and later; numpy, pandas and joblib where the delivery brings them.
It is started as `python web_single_runner CHANNEL LIFELINE PARENT ARTIFACT`; the server never imports it.
"""
