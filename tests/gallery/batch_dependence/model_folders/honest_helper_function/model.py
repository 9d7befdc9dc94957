"""Body mass index and height."""
import joblib
import numpy as np
from sklearn.linear_model import Ridge


def features(X):
    X = np.asarray(X, dtype=float)
    bmi = X[:, 0] / (1 + np.abs(X[:, 1])) ** 2
    return np.column_stack([bmi, X[:, 1]])


def predict(model, X):
    return model.predict(features(X))


if __name__ == "__main__":
    X = np.random.default_rng(76).uniform([50, 1.5], [120, 2.0], size=(150, 2))
    joblib.dump(Ridge().fit(features(X), X[:, 0] * 0.8), "model.joblib")
