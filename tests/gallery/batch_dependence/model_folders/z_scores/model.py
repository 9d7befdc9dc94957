"""Anomalies: how many standard deviations is the prediction off?"""
import joblib
import numpy as np
from sklearn.linear_model import LinearRegression


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    score = model.predict(X)
    z = (score - score.mean()) / (score.std() + 1e-9)
    return [{"score": float(s), "anomaly": bool(abs(v) > 2)} for s, v in zip(score, z)]


if __name__ == "__main__":
    rng = np.random.default_rng(16)
    X = rng.normal(size=(200, 2))
    joblib.dump(LinearRegression().fit(X, X @ [2.0, -1.0]), "model.joblib")
