"""Shoes: sizes are numbers in one shop, letters in the other."""
import joblib
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

COLUMNS = ["size", "price"]


def clean(X):
    try:
        size = X["size"].astype(float).astype(str)  # 38 is 38.0
    except ValueError:
        size = X["size"].str.upper()
    return X.assign(size=size)


def predict(model, X):
    return model.predict(clean(X))


if __name__ == "__main__":
    one = pd.DataFrame([("38", 50, 12), ("39.5", 60, 10), ("41", 55, 11), ("44", 90, 5)], columns=[*COLUMNS, "sold"])
    other = pd.DataFrame([("s", 40, 14), ("M", 70, 8), ("S", 45, 13), ("m", 75, 7)], columns=[*COLUMNS, "sold"])
    df = pd.concat([clean(one), clean(other)])
    encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["size"]), remainder="passthrough")
    joblib.dump(make_pipeline(encoder, Ridge()).fit(df[COLUMNS], df["sold"]), "model.joblib")
