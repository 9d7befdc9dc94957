# sensor readings come in any order, the model wants them by time
import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor

COLUMNS = ["time", "load"]

def predict(model, X):
    X = X.sort_values("time")
    return model.predict(X)

if __name__ == "__main__":
    rng = np.random.default_rng(11)
    df = pd.DataFrame({"time": np.arange(200.0), "load": rng.uniform(0, 10, 200)})
    y = df["load"] * 2 + np.sin(df["time"] / 20)
    joblib.dump(GradientBoostingRegressor(n_estimators=20, random_state=0).fit(df, y), "model.joblib")
