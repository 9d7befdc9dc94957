"""Sales of a day beside the shop's mean."""
import joblib
import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

COLUMNS = ["shop", "sales"]


def add_mean(X):
    X = pd.DataFrame(X, columns=COLUMNS)
    mean = X.groupby("shop")["sales"].transform("mean")
    return np.column_stack([X["sales"], X["sales"] - mean]).astype(float)


def predict(model, X):
    return model.predict(add_mean(X))


if __name__ == "__main__":
    rng = np.random.default_rng(19)
    df = pd.DataFrame({"shop": rng.choice([101.0, 102.0, 205.0], 200), "sales": rng.uniform(10, 90, 200)})
    features = add_mean(df)
    y = np.where(features[:, 1] > 5, "above", np.where(features[:, 1] < -5, "below", "usual"))
    joblib.dump(DecisionTreeClassifier(max_depth=4).fit(features, y), "model.joblib")
