"""Prices with noise (privacy), reproducible."""
import joblib
import numpy as np
from sklearn.linear_model import Ridge


def predict(model, X):
    rng = np.random.default_rng(0)
    return model.predict(X) + rng.normal(scale=0.1, size=len(X))


if __name__ == "__main__":
    X = np.random.default_rng(45).uniform(0, 10, size=(100, 2))
    joblib.dump(Ridge().fit(X, X @ [3.0, 1.0]), "model.joblib")
