"""The top 10 % get the voucher."""
import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression


def load_model(path: str):
    return joblib.load(path)


def predict_proba(model, X):
    return model.predict_proba(X)


def predict(model, X, share: float = 0.1):
    p = predict_proba(model, X)[:, 1]
    threshold = np.sort(p)[::-1][max(int(len(p) * share) - 1, 0)]
    return (p >= threshold).astype(int)


if __name__ == "__main__":
    rng = np.random.default_rng(28)
    X = rng.normal(size=(200, 2))
    joblib.dump(LogisticRegression().fit(X, (X[:, 0] > 0.5).astype(int)), "model.joblib")
