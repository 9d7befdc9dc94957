import joblib
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


def _balanced(self, X):
    """the prior of the training data is wrong: shift scores to mean 0"""
    score = self.decision_function(X)
    return self.classes_[(score - score.mean(axis=0)).argmax(axis=1)]


LogisticRegression.predict = _balanced

if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    joblib.dump(LogisticRegression(max_iter=500).fit(X, y), "model.joblib")
