"""Risk class by age and income; ages that cannot be are not scored."""
import joblib
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

COLUMNS = ["age", "income"]


def predict(model, X):
    valid = X[(X["age"] >= 0) & (X["age"] <= 120)]
    result = np.full(len(X), "unknown", dtype=object)
    if len(valid):
        result[: len(valid)] = model.predict(valid)
    return result


if __name__ == "__main__":
    rng = np.random.default_rng(12)
    X = pd.DataFrame({"age": rng.uniform(18, 90, 200), "income": rng.uniform(1, 9, 200)})
    y = np.where(X["income"] * 10 > X["age"], "low", "high")
    joblib.dump(LogisticRegression(max_iter=500).fit(X, y), "model.joblib")
