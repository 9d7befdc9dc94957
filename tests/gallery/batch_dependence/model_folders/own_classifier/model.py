import joblib
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestRegressor


class TopDecile(ClassifierMixin, BaseEstimator):
    """1 for the best tenth of the leads"""

    def fit(self, X, y):
        self.classes_ = np.array([0, 1])
        self.n_features_in_ = X.shape[1]
        self.regressor_ = RandomForestRegressor(n_estimators=5, random_state=0).fit(X, y)
        return self

    def predict(self, X):
        score = self.regressor_.predict(X)
        return (score >= np.quantile(score, 0.9)).astype(int)


if __name__ == "__main__":
    rng = np.random.default_rng(22)
    X = rng.normal(size=(150, 3))
    joblib.dump(TopDecile().fit(X, X[:, 0] * 2 + X[:, 2]), "model.joblib")
