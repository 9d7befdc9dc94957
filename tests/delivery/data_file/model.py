"""Rent forecast. Districts and their indices are in districts.json, read once."""
import json
import joblib
import numpy as np
from sklearn.linear_model import LinearRegression

with open("districts.json") as f:      # must lie next to this file
    INDEX = {int(k): v for k, v in json.load(f).items()}


def features(X):
    X = np.asarray(X)
    index = np.array([INDEX[int(d)] for d in X[:, 0]])
    return np.column_stack([index, X[:, 1]])


def predict(model, X):
    return np.round(model.predict(features(X)), 2)


if __name__ == "__main__":
    X = np.array([[1, 40], [1, 75], [2, 55], [2, 90], [3, 33], [3, 120], [4, 61]])
    y = np.array([620, 1080, 700, 1090, 380, 1290, 990])
    joblib.dump(LinearRegression().fit(features(X), y), "model.joblib")
