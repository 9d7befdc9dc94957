"""Yield of a reactor. Sensors drop out now and then, then the mean is used."""
import joblib
import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeRegressor

COLUMNS = ["temperature", "pressure", "flow"]


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    X = X.fillna(X.mean())
    return model.predict(X)


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(300, 3)), columns=COLUMNS)
    y = X["temperature"] * 3 + X["pressure"] ** 2
    joblib.dump(DecisionTreeRegressor(max_depth=6, random_state=0).fit(X, y), "model.joblib")
