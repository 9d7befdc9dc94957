"""Scores the trees of a forest in other processes, since the real one is large."""
import joblib
import numpy as np
from joblib import Parallel, delayed
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor


def score(tree, X):
    return tree.predict(X)


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    answers = Parallel(n_jobs=2)(delayed(score)(tree, X) for tree in model.estimators_)
    return np.mean(answers, axis=0)


if __name__ == "__main__":
    X, y = load_diabetes(return_X_y=True)
    joblib.dump(RandomForestRegressor(n_estimators=4, max_depth=4, random_state=0, n_jobs=2).fit(X, y), "model.joblib")
