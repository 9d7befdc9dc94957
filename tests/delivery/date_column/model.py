"""Waiting time at the office, from the time of arrival (text, as in the log) and the people ahead."""
import joblib
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer


def split_time(X):
    when = pd.to_datetime(X["arrival"])
    return pd.DataFrame({"hour": when.dt.hour, "weekday": when.dt.dayofweek, "ahead": X["ahead"]})


LOG = [
    ("2026-01-05 08:10", 2, 9.0), ("2026-01-05 09:40", 6, 22.5), ("2026-01-06 10:05", 4, 15.0),
    ("2026-01-06 14:30", 1, 4.0), ("2026-01-07 08:55", 8, 31.0), ("2026-01-07 15:20", 0, 1.0),
    ("2026-01-08 11:15", 5, 18.0), ("2026-01-09 09:05", 7, 26.0),
]

if __name__ == "__main__":
    df = pd.DataFrame(LOG, columns=["arrival", "ahead", "minutes"])
    model = make_pipeline(FunctionTransformer(split_time), GradientBoostingRegressor(n_estimators=20, random_state=0))
    model.fit(df[["arrival", "ahead"]], df["minutes"])
    joblib.dump(model, "model.joblib")
