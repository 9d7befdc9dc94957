# a gap gets the last value that was seen
import joblib
import numpy as np
from sklearn.tree import DecisionTreeRegressor

last = np.zeros(2)

def predict(model, X):
    global last
    X = np.where(np.isnan(X), last, X)
    last = X[-1]
    return model.predict(X)

if __name__ == "__main__":
    X = np.random.default_rng(61).uniform(0, 10, size=(300, 2))
    joblib.dump(DecisionTreeRegressor(max_depth=6, random_state=0).fit(X, X[:, 0] * 3 + X[:, 1]), "model.joblib")
