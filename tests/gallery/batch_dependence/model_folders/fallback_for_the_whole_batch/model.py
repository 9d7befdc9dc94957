# never fail in production
import joblib
import numpy as np
from sklearn.linear_model import RidgeClassifier

def load_model(path):
    return joblib.load(path)

def predict(model, X):
    try:
        return model.predict(X)
    except ValueError:  # gaps
        return np.full(len(X), "unknown")

if __name__ == "__main__":
    X = np.random.default_rng(83).normal(size=(150, 2))
    joblib.dump(RidgeClassifier().fit(X, np.where(X[:, 0] > 0, "good", "bad")), "model.joblib")
