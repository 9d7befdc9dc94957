"""Which wine is it? A forest on 13 chemical measurements."""

import os

import joblib
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

MODEL_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.joblib")


def get_dataset():
    wine = load_wine()
    return wine.data, wine.target


def get_model():
    return RandomForestClassifier(n_estimators=20, max_depth=5, random_state=7)


def train(model, X, y):
    model.fit(X, y)
    return model


def evaluate(model, X, y):
    return accuracy_score(y, predict(model, X))


def predict(model, X):
    return model.predict(X)


def save_model(model, path=MODEL_PATH):
    joblib.dump(model, path)


def load_model(path=MODEL_PATH):
    return joblib.load(path)


def main():
    X, y = get_dataset()
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=7)
    model = train(get_model(), X_train, y_train)
    print("accuracy on the test set:", evaluate(model, X_test, y_test))
    save_model(model)


if __name__ == "__main__":
    main()
