"""Pipeline with an imputer of our own; the tree could do without."""
import joblib
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier


class MedianImputer(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        df = pd.DataFrame(X)
        return df.fillna(df.median()).to_numpy()


if __name__ == "__main__":
    rng = np.random.default_rng(21)
    X = rng.normal(size=(300, 3))
    y = (X[:, 0] > X[:, 1]).astype(int)
    X[rng.random(X.shape) < 0.1] = np.nan
    model = make_pipeline(MedianImputer(), DecisionTreeClassifier(max_depth=6, random_state=0))
    joblib.dump(model.fit(X, y), "model.joblib")
