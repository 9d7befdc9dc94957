"""
Ferry passengers: will somebody take a cabin?

Columns: age (years, often unknown), fare (euro), class (first, second, third), port (text, sometimes unknown).
"""
import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMERIC = ["age", "fare"]
CATEGORICAL = ["class", "port"]
TARGET = "cabin"


def load_data(n=300, seed=11):
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({
        "age": rng.integers(1, 90, n).astype(float),
        "fare": rng.gamma(3.0, 20.0, n).round(2),
        "class": rng.choice(["first", "second", "third"], n),
        "port": rng.choice(["Kiel", "Oslo", "Turku"], n),
    })
    df[TARGET] = np.where((df["fare"] > 60) & (df["class"] != "third"), "yes", "no")
    df.loc[rng.random(n) < 0.15, "age"] = np.nan
    df.loc[rng.random(n) < 0.10, "port"] = None
    return df


def build():
    numeric = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    categorical = Pipeline([
        ("impute", SimpleImputer(strategy="most_frequent", missing_values=np.nan)),
        ("onehot", OneHotEncoder(handle_unknown="ignore")),
    ])
    prep = ColumnTransformer([("num", numeric, NUMERIC), ("cat", categorical, CATEGORICAL)])
    return Pipeline([("prep", prep), ("clf", RandomForestClassifier(n_estimators=15, random_state=0))])


def load_model(path="model.joblib"):
    return joblib.load(path)


def predict(model, X):
    return model.predict(X)


if __name__ == "__main__":
    data = load_data()
    model = build().fit(data[NUMERIC + CATEGORICAL], data[TARGET])
    joblib.dump(model, "model.joblib")
