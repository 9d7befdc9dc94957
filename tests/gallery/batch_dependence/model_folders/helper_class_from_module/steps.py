import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin


class Difference(BaseEstimator, TransformerMixin):
    """Change since the row before."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return np.hstack([X, np.diff(X, axis=0, prepend=X[:1])])
