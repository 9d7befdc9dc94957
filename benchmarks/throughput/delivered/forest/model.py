"""A forest that may be large, on many features: three classes of made-up rows."""

import joblib
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

TREES = 100
FEATURES = 100


def get_dataset():
    informative = max(3, FEATURES // 10)
    return make_classification(
        1000, FEATURES, n_informative=informative, n_redundant=0, n_classes=3, n_clusters_per_class=1, random_state=5
    )


def get_model():
    return RandomForestClassifier(n_estimators=TREES, random_state=0)


def predict(model, X):
    return model.predict(X)


if __name__ == "__main__":
    joblib.dump(get_model().fit(*get_dataset()), "model.joblib")
