"""Answers a Series, as the notebook did: the index is that of the input."""
import joblib
import pandas as pd
from sklearn.linear_model import TweedieRegressor

COLUMNS = ["drivers_age", "km_per_year", "power"]


def claims():
    return pd.DataFrame(
        [[19, 12, 90, 310.0], [25, 30, 110, 240.0], [33, 18, 75, 120.0], [41, 25, 140, 180.0],
         [50, 8, 60, 70.0], [58, 22, 120, 130.0], [66, 10, 80, 110.0], [79, 5, 55, 160.0]],
        columns=[*COLUMNS, "cost"],
    )


def predict(model, X):
    return pd.Series(model.predict(X), index=X.index, name="expected_cost").round(3)


if __name__ == "__main__":
    df = claims()
    joblib.dump(TweedieRegressor(power=1.5, alpha=0.1, link="log", max_iter=5000).fit(df[COLUMNS] , df["cost"]), "model.joblib")
