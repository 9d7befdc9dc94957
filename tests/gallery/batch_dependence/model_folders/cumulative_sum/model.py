import joblib
import numpy as np
from sklearn.linear_model import Ridge


def features(X):
    total = X[:, 1].cumsum()  # rain so far
    return np.c_[X, total]


def predict(model, X):
    return model.predict(features(X))


if __name__ == "__main__":
    X = np.random.default_rng(18).gamma(2.0, 3.0, size=(100, 2))
    joblib.dump(Ridge().fit(features(X), X[:, 0] * 3 + X[:, 1]), "model.joblib")
