"""Online learning: what was predicted is learned at once (self training)."""
import joblib
import numpy as np
from sklearn.linear_model import SGDClassifier


def predict(model, X):
    y = model.predict(X)
    model.partial_fit(X, y)
    return y


def predict_proba(model, X):
    return model.predict_proba(X)


if __name__ == "__main__":
    X = np.random.default_rng(85).normal(size=(150, 2))
    joblib.dump(SGDClassifier(loss="log_loss", random_state=0).fit(X, (X[:, 0] > 0).astype(int)), "model.joblib")
