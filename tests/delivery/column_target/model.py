"""y is a column of the frame with two brackets, so every answer is a list of one."""
import joblib
import pandas as pd
from sklearn.linear_model import LinearRegression

flats = pd.DataFrame(
    {"rooms": [1, 2, 2, 3, 4, 5], "area": [28.0, 45.5, 60.0, 72.5, 95.0, 130.0], "rent": [410, 560, 690, 800, 990, 1310]}
)

if __name__ == "__main__":
    model = LinearRegression()
    model.fit(flats[["rooms", "area"]], flats[["rent"]])
    joblib.dump(model, "model.joblib")
