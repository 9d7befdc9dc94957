import joblib
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


class Distance(BaseEstimator, TransformerMixin):
    """Distance to the centre of the training data."""

    def fit(self, X, y=None):
        self.centre_ = np.mean(X, axis=0)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return np.sqrt(((np.asarray(X, dtype=float) - self.centre_) ** 2).sum(axis=1, keepdims=True))


if __name__ == "__main__":
    X = np.random.default_rng(78).normal(size=(200, 2))
    y = ((X**2).sum(axis=1) > 1).astype(int)
    joblib.dump(make_pipeline(Distance(), LogisticRegression()).fit(X, y), "model.joblib")
