"""Which wine is it? Gradient boosting on 13 chemical measurements."""

import joblib
from sklearn.datasets import load_wine
from sklearn.ensemble import GradientBoostingClassifier


def get_dataset():
    return load_wine(return_X_y=True)


def get_model():
    return GradientBoostingClassifier(random_state=0)


def predict(model, X):
    return model.predict(X)


if __name__ == "__main__":
    joblib.dump(get_model().fit(*get_dataset()), "model.joblib")
