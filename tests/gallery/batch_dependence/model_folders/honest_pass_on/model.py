import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    return model.predict(X)


def predict_proba(model, X):
    return model.predict_proba(X)


if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    joblib.dump(LogisticRegression(max_iter=500).fit(X, y), "model.joblib")
