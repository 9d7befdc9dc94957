"""Next order value. A customer may be listed several times, the model needs to see each only once."""
import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

FEATURES = ["customer", "basket", "visits"]


def predict(model, X):
    once = X.drop_duplicates(subset="customer").copy()
    once["value"] = model.predict(once[FEATURES])
    return X.merge(once[["customer", "value"]], on="customer", how="left")["value"].to_numpy()


if __name__ == "__main__":
    rng = np.random.default_rng(6)
    X = pd.DataFrame({
        "customer": rng.integers(1, 30, 200).astype(float),
        "basket": rng.gamma(2, 30, 200),
        "visits": rng.integers(1, 20, 200).astype(float),
    })
    y = X["basket"] * 1.2 + X["visits"]
    joblib.dump(RandomForestRegressor(n_estimators=5, random_state=0).fit(X[FEATURES], y), "model.joblib")
