"""Will a passenger of the ferry take a cabin? Words and numbers in a DataFrame, one-hot, a forest."""

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

NUMBERS = ["age", "fare"]
WORDS = ["class", "port"]


def get_dataset(n=600):
    rng = np.random.default_rng(11)
    X = pd.DataFrame({
        "age": rng.integers(1, 90, n).astype(float),
        "fare": rng.gamma(3.0, 20.0, n).round(2),
        "class": rng.choice(["first", "second", "third"], n),
        "port": rng.choice(["Kiel", "Oslo", "Turku"], n),
    })
    return X, np.where((X["fare"] > 60) & (X["class"] != "third"), "yes", "no")


def get_model():
    prepare = ColumnTransformer([
        ("numbers", "passthrough", NUMBERS),
        ("words", OneHotEncoder(handle_unknown="ignore"), WORDS),
    ])
    return make_pipeline(prepare, RandomForestClassifier(n_estimators=100, random_state=0))


def predict(model, X):
    return model.predict(X)


if __name__ == "__main__":
    joblib.dump(get_model().fit(*get_dataset()), "model.joblib")
