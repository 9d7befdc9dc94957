import joblib
import numpy as np
from sklearn.linear_model import PoissonRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer


def hour_to_circle(X):
    """23:00 and 01:00 are neighbours"""
    angle = 2 * np.pi * np.asarray(X)[:, :1] / 24
    return np.hstack([np.sin(angle), np.cos(angle), np.asarray(X)[:, 1:]])


def bikes():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.integers(0, 24, 400), rng.normal(12, 7, 400)]).astype(float)
    y = rng.poisson(np.exp(2 + np.cos((X[:, 0] - 17) / 24 * 6.283) + X[:, 1] / 30))
    return X, y


if __name__ == "__main__":
    X, y = bikes()
    regressor = make_pipeline(FunctionTransformer(hour_to_circle), PoissonRegressor()).fit(X, y)
    joblib.dump(regressor, "model.joblib")
