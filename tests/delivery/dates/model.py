"""When will the part fail? Days from the model, a date from predict."""
import datetime

import joblib
from sklearn.linear_model import LinearRegression

INSTALLED = datetime.date(2026, 1, 1)


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    """One ISO date per row."""
    return [INSTALLED + datetime.timedelta(days=max(1, int(days))) for days in model.predict(X)]


if __name__ == "__main__":
    hours_per_day = [[2.0, 20.0], [4.0, 25.0], [8.0, 22.0], [12.0, 35.0], [20.0, 30.0]]
    days = [900, 700, 480, 250, 120]
    joblib.dump(LinearRegression().fit(hours_per_day, days), "model.joblib")
