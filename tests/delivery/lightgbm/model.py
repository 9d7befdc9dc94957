"""Churn with LightGBM through its scikit-learn interface."""
import joblib
import numpy as np
from lightgbm import LGBMClassifier


def get_dataset():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 3))
    y = np.where(X[:, 0] * X[:, 1] > 0.2, "leaves", "stays")
    return X, y


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    return model.predict(X)


if __name__ == "__main__":
    model = LGBMClassifier(n_estimators=20, num_leaves=7, min_child_samples=5, verbose=-1, n_jobs=1)
    model.fit(*get_dataset())
    joblib.dump(model, "model.joblib")
