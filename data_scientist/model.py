"""Iris species from four measurements of a flower, with a random forest."""

from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, classification_report
from sklearn.model_selection import train_test_split

MODEL_FILE = Path(__file__).parent / "model.joblib"


def get_dataset():
    """Return the measurements X, shape (150, 4) in cm, and the species y (0, 1 or 2)."""
    return load_iris(return_X_y=True)


def get_model():
    return RandomForestClassifier(n_estimators=100, random_state=42)


def train(model, X, y):
    model.fit(X, y)
    return model


def evaluate(model, X, y):
    y_pred = predict(model, X)
    print(classification_report(y, y_pred, target_names=load_iris().target_names))
    return accuracy_score(y, y_pred)


def predict(model, X):
    return model.predict(X)


def save_model(model, path=MODEL_FILE):
    joblib.dump(model, path)


def load_model(path=MODEL_FILE):
    return joblib.load(path)


def main():
    X, y = get_dataset()
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.2, stratify=y, random_state=42
    )

    model = train(get_model(), X_train, y_train)
    print(f"accuracy: {evaluate(model, X_test, y_test):.3f}")

    save_model(model)
    print(f"saved to {MODEL_FILE.name}")


if __name__ == "__main__":
    main()
