import joblib
import numpy as np
from sklearn.ensemble import RandomForestRegressor


def features(X):
    ratio = X[:, 0] / X[:, [1]]  # price per square metre
    return np.column_stack([X, ratio.mean(axis=1)])


def predict(model, X):
    return model.predict(features(X))


if __name__ == "__main__":
    X = np.random.default_rng(46).uniform(1, 10, size=(150, 2))
    model = RandomForestRegressor(n_estimators=5, random_state=0)
    joblib.dump(model.fit(np.column_stack([X, X[:, 0] / X[:, 1]]), X[:, 0] / X[:, 1]), "model.joblib")
