"""Loans. The transformer works with the names of the columns, so it wants a DataFrame and keeps no notes of it."""

import joblib
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


class AddBurden(BaseEstimator, TransformerMixin):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        X = X.copy()
        X["burden"] = X["debt"] / X["income"]
        return X


def load_model(path="model.joblib"):
    return joblib.load(path)


def predict(model, X):
    return model.predict(X)


def predict_proba(model, X):
    return model.predict_proba(X)


def applications(n=200):
    rng = np.random.default_rng(6)
    df = pd.DataFrame({"income": rng.uniform(20, 90, n), "debt": rng.uniform(0, 60, n), "age": rng.uniform(18, 80, n)})
    return df, (df["debt"] / df["income"] > 0.7).map({True: "decline", False: "accept"})


if __name__ == "__main__":
    df, decision = applications()
    steps = [("burden", AddBurden()), ("scale", StandardScaler()), ("clf", LogisticRegression())]
    joblib.dump(Pipeline(steps).fit(df, decision), "model.joblib")
