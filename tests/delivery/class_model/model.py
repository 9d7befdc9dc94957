"""A score card: points for thresholds, no library behind it but numpy."""
import joblib
import numpy as np


class Model:
    def __init__(self, cuts, points):
        self.cuts = np.asarray(cuts)
        self.points = np.asarray(points)

    def predict(self, X):
        X = np.asarray(X, dtype=float)
        return ((X[:, :, None] >= self.cuts) * self.points).sum(axis=(1, 2))


def load_model(path):
    return joblib.load(path)


if __name__ == "__main__":
    cuts = [[18, 30, 50], [1000, 2000, 4000]]
    points = [[5, 10, 5], [0, 15, 30]]
    joblib.dump(Model(cuts, points), "model.joblib")
