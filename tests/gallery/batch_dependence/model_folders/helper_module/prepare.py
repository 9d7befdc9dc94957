import numpy as np


def prepare(X):
    X = np.array(X, dtype=float)
    low, high = X.min(axis=0), X.max(axis=0)
    return (X - low) / np.where(high > low, high - low, 1)
