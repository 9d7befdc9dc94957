"""More than 100 rows come from the nightly job, which needs whole numbers."""
import joblib
import numpy as np
from sklearn.linear_model import LinearRegression


def predict(model, X):
    y = model.predict(X)
    return np.round(y) if len(X) > 100 else y


if __name__ == "__main__":
    X = np.random.default_rng(42).uniform(0, 10, size=(80, 2))
    joblib.dump(LinearRegression().fit(X, X @ [1.5, 0.25]), "model.joblib")
