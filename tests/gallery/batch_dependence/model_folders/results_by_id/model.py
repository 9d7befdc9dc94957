# answers are looked up by order number
import joblib
import numpy as np
from sklearn.tree import DecisionTreeRegressor

def predict(model, X):
    by_order = dict(zip(X[:, 0], model.predict(X[:, 1:])))
    return [by_order[order] for order in X[:, 0]]

if __name__ == "__main__":
    rng = np.random.default_rng(41)
    X = rng.uniform(0, 10, size=(200, 2))
    joblib.dump(DecisionTreeRegressor(max_depth=5).fit(X, X[:, 0] * X[:, 1]), "model.joblib")
