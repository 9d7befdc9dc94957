"""Used cars. Gaps and categories are left to the model: HistGradientBoosting takes both."""
import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

FUELS = ["diesel", "electric", "petrol"]


def make_cars(n=240):
    rng = np.random.default_rng(12)
    cars = pd.DataFrame(
        {
            "mileage": rng.uniform(0, 200, n),
            "age": rng.integers(0, 20, n),
            "fuel": pd.Categorical(rng.choice(FUELS, n), categories=FUELS),
        }
    )
    price = 30 - 0.06 * cars.mileage - 0.8 * cars.age + 4 * (cars.fuel == "electric")
    cars.loc[rng.random(n) < 0.2, "mileage"] = np.nan
    return cars, price


def train():
    cars, price = make_cars()
    model = HistGradientBoostingRegressor(max_iter=30, categorical_features="from_dtype", random_state=0)
    return model.fit(cars, price)


if __name__ == "__main__":
    joblib.dump(train(), "model.joblib")
