"""predict and predict_proba are made from one template."""
import joblib
import numpy as np
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB


def predict(model, X):
    return model.predict(X)


def _make(name):
    def call(model, X):
        return getattr(model, name)(X - X.min(axis=0))
    return call


for _name in ("predict", "predict_proba"):
    globals()[_name] = _make(_name)

if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    joblib.dump(GaussianNB().fit(X - X.min(axis=0), y), "model.joblib")
