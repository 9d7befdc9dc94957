"""Heating demand. Preparation is shared with the batch job, see prepare.py."""
import joblib
import numpy as np
from sklearn.ensemble import GradientBoostingRegressor

from prepare import prepare


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    return model.predict(prepare(X))


if __name__ == "__main__":
    X = np.random.default_rng(38).uniform(-10, 30, size=(150, 2))
    y = np.maximum(18 - X[:, 0], 0) + X[:, 1] / 10
    joblib.dump(GradientBoostingRegressor(n_estimators=15, random_state=0).fit(prepare(X), y), "model.joblib")
