# negative stock is an error of the scanner: as the row before
import joblib
import numpy as np
from sklearn.linear_model import Ridge

def predict(model, X):
    for i in range(len(X)):
        if X[i, 1] < 0:
            X[i, 1] = X[i - 1, 1] if i else 0
    return model.predict(X)

if __name__ == "__main__":
    X = np.random.default_rng(51).uniform(0, 10, size=(100, 2))
    joblib.dump(Ridge().fit(X, X @ [1.0, 2.0]), "model.joblib")
