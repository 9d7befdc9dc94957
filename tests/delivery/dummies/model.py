# t-shirt sales; one-hot by pandas, the old way
import joblib
import pandas as pd
from sklearn.linear_model import Ridge

COLUMNS = ["price", "colour"]

def get_data():
    rows = [(9.5, "red", 40), (12.0, "blue", 31), (15.0, "red", 22), (8.0, "green", 35), (11.0, "green", 27),
            (20.0, "blue", 11), (14.0, "blue", 25), (18.0, "green", 9)]
    return pd.DataFrame(rows, columns=COLUMNS + ["sold"])

def to_dummies(df):
    return pd.get_dummies(df, columns=["colour"], dtype=float)

def predict(model, X):
    df = to_dummies(pd.DataFrame(X, columns=COLUMNS))
    df = df.reindex(columns=model.feature_names_in_, fill_value=0.0)   # colours that are not in this batch
    return model.predict(df)

if __name__ == "__main__":
    df = get_data()
    model = Ridge(alpha=0.1).fit(to_dummies(df[COLUMNS]), df["sold"])
    joblib.dump(model, "model.joblib")
