# price of a t-shirt, colours one-hot, the first one dropped (collinear)
import joblib
import pandas as pd
from sklearn.linear_model import Ridge

def get_data():
    rows = [(9.5, "red", 40), (12.0, "blue", 31), (15.0, "red", 22), (8.0, "green", 35), (11.0, "green", 27),
            (20.0, "blue", 11), (14.0, "blue", 25), (18.0, "green", 9)]
    return pd.DataFrame(rows, columns=["price", "colour", "sold"])

def to_dummies(df):
    return pd.get_dummies(df[["price", "colour"]], columns=["colour"], drop_first=True, dtype=float)

def predict(model, X):
    df = to_dummies(pd.DataFrame(X, columns=["price", "colour"]))
    return model.predict(df.reindex(columns=model.feature_names_in_, fill_value=0.0))

if __name__ == "__main__":
    df = get_data()
    joblib.dump(Ridge(alpha=0.1).fit(to_dummies(df), df["sold"]), "model.joblib")
