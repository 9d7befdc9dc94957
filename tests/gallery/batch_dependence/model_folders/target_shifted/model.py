"""Prices, on a logarithmic scale; the cheapest is the base."""
import joblib
import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import Ridge


def back(y):
    y = np.expm1(np.clip(y, -20, 20))
    return y - y.min() + 1


if __name__ == "__main__":
    rng = np.random.default_rng(24)
    X = rng.uniform(0, 3, size=(120, 2))
    model = TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=back, check_inverse=False)
    joblib.dump(model.fit(X, X @ [5.0, 2.0] + 1), "model.joblib")
