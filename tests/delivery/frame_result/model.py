"""Answers a table: the label, and how sure the model is of it."""
import joblib
import pandas as pd
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    proba = model.predict_proba(X)
    return pd.DataFrame({
        "label": model.classes_[proba.argmax(axis=1)],
        "confidence": proba.max(axis=1),
    })


if __name__ == "__main__":
    iris = load_iris()
    species = iris.target_names.astype(object)[iris.target]
    joblib.dump(LogisticRegression(max_iter=1000).fit(iris.data, species), "model.joblib")
