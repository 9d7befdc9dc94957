"""Digits, with the artefact compressed: it goes by mail."""
import joblib
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier


def load_model(path):
    return joblib.load(path)


def main():
    digits = load_digits(n_class=4)
    trees = ExtraTreesClassifier(n_estimators=10, random_state=1).fit(digits.data, digits.target)
    joblib.dump(trees, "model.joblib", compress=("xz", 6))


if __name__ == "__main__":
    main()
