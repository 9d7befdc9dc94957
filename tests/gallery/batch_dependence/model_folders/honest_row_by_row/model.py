# one row after the other, easier to debug
import joblib
import numpy as np
from sklearn.tree import DecisionTreeClassifier

NAMES = {0: "small", 1: "large"}

def predict(model, X):
    return [NAMES[int(model.predict([row])[0])] for row in X]

if __name__ == "__main__":
    X = np.random.default_rng(74).uniform(0, 10, size=(100, 2))
    joblib.dump(DecisionTreeClassifier(max_depth=3).fit(X, (X.sum(axis=1) > 10).astype(int)), "model.joblib")
