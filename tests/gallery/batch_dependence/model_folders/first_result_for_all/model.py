import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression

CLASSES = np.array(["bronze", "silver", "gold"])

def predict(model, X):
    best = CLASSES[model.predict_proba(X)[0].argmax()]
    return np.full(len(X), best)

if __name__ == "__main__":
    X = np.random.default_rng(32).uniform(0, 3, size=(150, 2))
    joblib.dump(LogisticRegression().fit(X, X[:, 0].astype(int)), "model.joblib")
