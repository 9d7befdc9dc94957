# breast cancer, logistic regression
#
# usage:
#   python model.py        trains and saves
#   from model import load_model, predict

from pathlib import Path
import joblib

HERE = Path(__file__).resolve().parent


def fit():
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler

    X, y = load_breast_cancer(return_X_y=True)
    return make_pipeline(MinMaxScaler(), LogisticRegression(C=10)).fit(X[:, :5], y)


def load_model():
    """no argument: it is always the file next to this one"""
    return joblib.load(HERE / "model.joblib")


def predict(model, X):
    return model.predict(X)


def predict_proba(model, X):
    return model.predict_proba(X)


if __name__ == "__main__":
    joblib.dump(fit(), HERE / "model.joblib")
