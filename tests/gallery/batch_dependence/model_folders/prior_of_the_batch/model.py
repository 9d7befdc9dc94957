"""Probabilities are corrected by the share of each class."""
import joblib
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


def predict(model, X):
    return model.predict(X)


def predict_proba(model, X):
    p = model.predict_proba(X)
    p = p / p.mean(axis=0)
    return p / p.sum(axis=1, keepdims=True)


if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    joblib.dump(LogisticRegression(max_iter=500).fit(X, y), "model.joblib")
