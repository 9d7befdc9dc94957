"""Outliers have the label -1."""
import joblib
import numpy as np
from sklearn.cluster import DBSCAN


def predict(model, X):
    return model.fit_predict(X)


if __name__ == "__main__":
    X = np.random.default_rng(84).normal(size=(150, 2))
    joblib.dump(DBSCAN(eps=0.3, min_samples=2).fit(X), "model.joblib")
