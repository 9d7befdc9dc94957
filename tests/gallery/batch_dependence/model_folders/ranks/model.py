"""League table: what counts is the rank of a player within the data."""
import joblib
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression


def to_ranks(X):
    return pd.DataFrame(np.asarray(X)).rank(pct=True).to_numpy()


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    return model.predict(to_ranks(X))


if __name__ == "__main__":
    rng = np.random.default_rng(8)
    X = rng.normal(size=(150, 3))
    joblib.dump(LinearRegression().fit(to_ranks(X), X.sum(axis=1)), "model.joblib")
