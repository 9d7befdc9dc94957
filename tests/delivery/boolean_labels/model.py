import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression


class Config:
    seed = 3
    n = 200
    out = "model.joblib"


def simulate(cfg):
    """Machines: temperature (C), vibration (mm/s), hours since service. Fails soon: True or False."""
    rng = np.random.RandomState(cfg.seed)
    X = np.c_[rng.normal(70, 8, cfg.n), rng.gamma(2, 1.5, cfg.n), rng.uniform(0, 2000, cfg.n)]
    y = (X[:, 0] - 70) / 8 + X[:, 1] + X[:, 2] / 1000 > 4.2
    return X, y


if __name__ == "__main__":
    cfg = Config()
    X, fails = simulate(cfg)
    assert fails.dtype == bool
    joblib.dump(LogisticRegression(max_iter=2000).fit(X, fails), cfg.out)
