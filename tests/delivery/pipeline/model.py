"""Scaling, principal components, logistic regression: one pipeline, one file."""

from __future__ import print_function

import joblib
from sklearn import datasets, decomposition, linear_model, pipeline, preprocessing


def make_pipeline():
    steps = [
        ("scale", preprocessing.StandardScaler()),
        ("components", decomposition.PCA(n_components=4)),
        ("classify", linear_model.LogisticRegression(max_iter=500)),
    ]
    return pipeline.Pipeline(steps)


def train():
    X, y = datasets.load_wine(return_X_y=True)
    return make_pipeline().fit(X[:, :6], y)


if __name__ == "__main__":
    pipe = train()
    joblib.dump(pipe, "model.joblib")
    print("saved", pipe)
