"""Benign or malignant, from 30 measurements of a tumour: a scaler and a logistic regression."""

import joblib
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def get_dataset():
    return load_breast_cancer(return_X_y=True)


def get_model():
    return make_pipeline(StandardScaler(), LogisticRegression())


def predict(model, X):
    return model.predict(X)


if __name__ == "__main__":
    joblib.dump(get_model().fit(*get_dataset()), "model.joblib")
