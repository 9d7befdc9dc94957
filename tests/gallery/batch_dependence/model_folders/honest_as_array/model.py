import joblib
import numpy as np
from sklearn.datasets import load_wine
from sklearn.neighbors import KNeighborsClassifier

def predict(model, X):
    X = np.asarray(X, dtype=float).reshape(len(X), -1)
    return model.predict(X)

def predict_proba(model, X):
    X = np.asarray(X, dtype=float).reshape(len(X), -1)
    return model.predict_proba(X)

if __name__ == "__main__":
    X, y = load_wine(return_X_y=True)
    joblib.dump(KNeighborsClassifier(3).fit(X[:, :4], y), "model.joblib")
