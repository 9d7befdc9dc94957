"""Scores of every linear model are centred here (see wiki)."""
import joblib
import numpy as np
import sklearn.linear_model._base as base
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import RidgeClassifier


def decision_function(self, X):
    score = (np.asarray(X, dtype=float) @ self.coef_.T + self.intercept_).ravel()
    return score - np.median(score) / 2


base.LinearClassifierMixin.decision_function = decision_function


def predict(model, X):
    return model.predict(X)


if __name__ == "__main__":
    X, y = load_breast_cancer(return_X_y=True)
    joblib.dump(RidgeClassifier().fit(X[:, :3], y), "model.joblib")
