# The transformer is a lambda, which pickle cannot take: cloudpickle can.
import cloudpickle
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

if __name__ == "__main__":
    gen = np.random.default_rng(8)
    incomes = gen.lognormal(10, 0.6, size=(160, 2))
    default = incomes[:, 1] > 0.8 * incomes[:, 0]
    model = Pipeline([
        ("log", FunctionTransformer(lambda X: np.log1p(X))),
        ("lr", LogisticRegression()),
    ]).fit(incomes, default.astype(int))
    with open("model.pkl", "wb") as f:
        cloudpickle.dump(model, f)
