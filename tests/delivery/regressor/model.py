"""Disease progression after a year (diabetes data set), gradient boosting."""

import joblib
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import cross_val_predict

PARAMS = dict(n_estimators=40, max_depth=2, learning_rate=0.1, random_state=0)
COLUMNS = ["age", "sex", "bmi", "bp", "s5"]


def data():
    bunch = load_diabetes(as_frame=True)
    return bunch.data[COLUMNS], bunch.target


def report(X, y):
    guess = cross_val_predict(GradientBoostingRegressor(**PARAMS), X, y, cv=3)
    print(f"MAE {mean_absolute_error(y, guess):.1f}")


def load_model(file_name):
    return joblib.load(file_name)


def predict(estimator, frame):
    return estimator.predict(frame)


if __name__ == "__main__":
    X, y = data()
    report(X, y)
    joblib.dump(GradientBoostingRegressor(**PARAMS).fit(X, y), "model.joblib")
