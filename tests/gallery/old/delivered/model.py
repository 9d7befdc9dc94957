"""Models of flowers and of flats: `python model.py forest` trains one and writes model.joblib."""

import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_iris
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MODEL_FILE = Path(__file__).parent / "model.joblib"
SEED = 42


def forest():
    X, y = load_iris(return_X_y=True)
    return RandomForestClassifier(n_estimators=20, random_state=SEED).fit(X, y)


def pipeline():
    X, y = load_iris(return_X_y=True)
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)


def adaboost():
    X, y = load_iris(return_X_y=True)
    return AdaBoostClassifier(n_estimators=30, random_state=SEED).fit(X, y)


def boosting():
    """Prices of flats from three numbers; some of them are not known."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    flats, price = get_flats()
    X = flats[["area", "rooms", "floor"]].to_numpy(dtype=float)
    X[::9, 1] = np.nan
    return HistGradientBoostingRegressor(max_iter=40, random_state=SEED).fit(X, price)


def columns():
    """Prices of flats, with the district and the kind of heating as words."""
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OneHotEncoder

    flats, price = get_flats()
    words = OneHotEncoder(handle_unknown="ignore")
    prepare = ColumnTransformer(
        [("numbers", StandardScaler(), ["area", "rooms", "floor"]), ("words", words, ["district", "heating"])]
    )
    model = make_pipeline(prepare, RandomForestRegressor(n_estimators=10, max_depth=5, random_state=SEED))
    return model.fit(flats, price)


def get_flats(n=400):
    import pandas as pd

    random = np.random.RandomState(SEED)
    flats = pd.DataFrame(
        {
            "area": random.uniform(20, 160, n).round(1),
            "rooms": random.randint(1, 7, n),
            "floor": random.randint(0, 12, n),
            "district": random.choice(["harbour", "hill", "old town"], n),
            "heating": random.choice(["gas", "district", "heat pump"], n),
        }
    )
    dear = flats["district"].map({"harbour": 3.1, "hill": 4.2, "old town": 5.0})
    return flats, (flats["area"] * dear + 7 * flats["floor"] + random.normal(0, 12, n)).to_numpy()


KINDS = {f.__name__: f for f in (forest, pipeline, columns, boosting, adaboost)}


def load_model(path=MODEL_FILE):
    return joblib.load(path)


def predict(model, X):
    return model.predict(X)


if __name__ == "__main__":
    joblib.dump(KINDS[sys.argv[1]](), MODEL_FILE, compress=3)
