import joblib
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from steps import Difference

if __name__ == "__main__":
    X = np.random.default_rng(39).uniform(0, 100, size=(100, 2))
    y = X[:, 1] + np.diff(X[:, 0], prepend=0) / 2
    joblib.dump(make_pipeline(Difference(), LinearRegression()).fit(X, y), "model.joblib")
