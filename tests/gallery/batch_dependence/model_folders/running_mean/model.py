"""Score minus the mean of all scores so far."""
import joblib
import numpy as np
from sklearn.linear_model import Ridge


def predict(model, X, seen=[]):
    y = model.predict(X)
    seen.extend(y.tolist())
    return y - sum(seen) / len(seen)


if __name__ == "__main__":
    X = np.random.default_rng(60).normal(size=(100, 2))
    joblib.dump(Ridge().fit(X, X.sum(axis=1)), "model.joblib")
