"""Odd payments: -1 is odd, 1 is ordinary. There is no target, so there are no classes."""
import joblib
import numpy as np
from sklearn.ensemble import IsolationForest

rng = np.random.default_rng(31)  # at module level, also when this is imported

def payments(n=500):
    amount = rng.lognormal(3, 0.5, n)
    hour = rng.normal(14, 3, n)
    return np.column_stack([amount, hour])

if __name__ == "__main__":
    joblib.dump(IsolationForest(n_estimators=25, random_state=0).fit(payments()), "model.joblib")
