import joblib
import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier


def predict(model, X):
    """ok / fraud / duplicate: an invoice that was sent twice is not judged again"""
    d = pd.DataFrame(X)
    label = np.where(model.predict(X) == 1, "fraud", "ok").astype(object)
    label[d.duplicated()] = "duplicate"
    return label


if __name__ == "__main__":
    rng = np.random.default_rng(5)
    X = rng.uniform(0, 1000, size=(200, 2)).round()
    joblib.dump(DecisionTreeClassifier(max_depth=3).fit(X, (X[:, 0] > 700).astype(int)), "model.joblib")
