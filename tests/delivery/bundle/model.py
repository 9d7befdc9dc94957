"""Scaler, model and the date of training in one dictionary, because one file is easier to mail."""

import joblib
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler


def load_model(path="model.joblib"):
    return joblib.load(path)


def predict(bundle, X):
    return bundle["model"].predict(bundle["scaler"].transform(X))


def predict_proba(bundle, X):
    return bundle["model"].predict_proba(bundle["scaler"].transform(X))


if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    scaler = StandardScaler().fit(X)
    net = MLPClassifier((8,), solver="lbfgs", max_iter=300, random_state=1)
    net.fit(scaler.transform(X), y)
    joblib.dump({"model": net, "scaler": scaler, "trained": "2026-03-02"}, "model.joblib")
