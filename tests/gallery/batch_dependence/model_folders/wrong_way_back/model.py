# sort by the first column, since the model is quicker then, and put the answers back
import joblib
import numpy as np
from sklearn.neighbors import KNeighborsRegressor

def predict(model, X):
    order = np.argsort(X[:, 0])
    return model.predict(X[order])[order]

if __name__ == "__main__":
    X = np.random.default_rng(31).uniform(0, 10, size=(100, 2))
    joblib.dump(KNeighborsRegressor(2).fit(X, X[:, 0] * 10 + X[:, 1]), "model.joblib")
