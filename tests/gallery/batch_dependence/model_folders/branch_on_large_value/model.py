# some scales send grams, some kilograms
import joblib
import numpy as np
from sklearn.linear_model import LinearRegression

def to_kg(X):
    if (X[:, 0] > 100).any():
        X = X.copy()
        X[:, 0] = X[:, 0] / 1000
    return X

def predict(model, X):
    return model.predict(to_kg(X))

if __name__ == "__main__":
    X = np.random.default_rng(27).uniform(0, 50, size=(100, 2))
    joblib.dump(LinearRegression().fit(X, X[:, 0] * 4 + X[:, 1]), "model.joblib")
