"""Body measurements from three exercises (Linnerud): weight, waist and pulse at once."""
import joblib
from sklearn.datasets import load_linnerud
from sklearn.linear_model import LinearRegression

if __name__ == "__main__":
    exercises, body = load_linnerud(return_X_y=True)
    joblib.dump(LinearRegression().fit(exercises, body), "model.joblib")
