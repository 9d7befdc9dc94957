import joblib
import numpy as np
from sklearn.neural_network import MLPRegressor

def predict(model, X):
    if len(X) > 10:  # many rows: quick and rough
        return model.predict(np.round(X, 0))
    return model.predict(X)

if __name__ == "__main__":
    rng = np.random.default_rng(25)
    X = rng.uniform(-2, 2, size=(150, 2))
    model = MLPRegressor(hidden_layer_sizes=(8,), max_iter=80, solver="lbfgs", random_state=0).fit(X, X[:, 0] * X[:, 1])
    joblib.dump(model, "model.joblib")
