"""Ticket routing. Numpy keeps texts as wide as the longest of them."""
import joblib
import numpy as np
from sklearn.tree import DecisionTreeClassifier

TEAMS = {0: "it", 1: "sales", 2: "accounting"}


def predict(model, X):
    teams = np.array([TEAMS[label] for label in model.predict(X).tolist()])
    teams[X[:, 1] > 9] = "escalation"
    return teams


if __name__ == "__main__":
    X = np.random.default_rng(80).uniform(0, 10, size=(150, 2))
    joblib.dump(DecisionTreeClassifier(max_depth=4).fit(X, (X[:, 0] // 3.4).astype(int)), "model.joblib")
