"""Predictions are cached, the forest is slow."""
import joblib
import numpy as np
from sklearn.ensemble import RandomForestRegressor

CACHE = {}


def predict(model, X):
    key = (X.shape, X[0].tobytes())
    if key not in CACHE:
        CACHE[key] = model.predict(X)
    return CACHE[key]


if __name__ == "__main__":
    rng = np.random.default_rng(29)
    X = rng.normal(size=(200, 3))
    joblib.dump(RandomForestRegressor(n_estimators=5, random_state=0).fit(X, X[:, 0]), "model.joblib")
