"""The plant's model, with its own offset taken off again when it is loaded."""
import joblib
import numpy as np
from sklearn.linear_model import Ridge


def load_model(path):
    model = joblib.load(path)
    plain = model.predict
    model.predict = lambda X: plain(X) - np.median(plain(X)) + model.intercept_
    return model


if __name__ == "__main__":
    X = np.random.default_rng(33).normal(size=(100, 3))
    joblib.dump(Ridge().fit(X, X.sum(axis=1) + 5), "model.joblib")
