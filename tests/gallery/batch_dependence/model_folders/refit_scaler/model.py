import joblib
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

scaler = StandardScaler()


def predict(model, X):
    X = scaler.fit_transform(X)
    return model.predict(X)


def predict_proba(model, X):
    return model.predict_proba(scaler.fit_transform(X))


if __name__ == "__main__":
    X, y = load_wine(return_X_y=True)
    X = scaler.fit_transform(X[:, :4])
    joblib.dump(LogisticRegression().fit(X, y), "model.joblib")
