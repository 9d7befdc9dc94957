import functools
import joblib
import numpy as np
from sklearn.cluster import KMeans


def standardized(function):
    @functools.wraps(function)
    def wrapper(model, X):
        X = np.asarray(X, dtype=float)
        std = X.std(axis=0)
        return function(model, (X - X.mean(axis=0)) / np.where(std == 0, 1, std))
    return wrapper


@standardized
def predict(model, X):
    return model.predict(X)


if __name__ == "__main__":
    X = np.random.default_rng(36).normal(size=(120, 2)) * [5, 100]
    joblib.dump(KMeans(3, n_init=2, random_state=0).fit((X - X.mean(axis=0)) / X.std(axis=0)), "model.joblib")
