"""Searches C and the number of features to keep, saves the search itself."""

import joblib
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import RobustScaler

FEATURES = ["mean radius", "mean texture", "mean smoothness", "mean concavity", "worst area"]


def load_frame() -> tuple[pd.DataFrame, pd.Series]:
    cancer = load_breast_cancer(as_frame=True)
    return cancer.data[FEATURES], cancer.target.map(lambda code: cancer.target_names[code]).astype(object)


def search(X: pd.DataFrame, y: pd.Series) -> GridSearchCV:
    pipeline = Pipeline([("scale", RobustScaler()), ("keep", SelectKBest()), ("clf", LogisticRegression())])
    grid = {"keep__k": [3, 5], "clf__C": [0.1, 1.0]}
    return GridSearchCV(pipeline, grid, cv=StratifiedKFold(3, shuffle=True, random_state=0)).fit(X, y)


def load_model(path: str) -> GridSearchCV:
    return joblib.load(path)


def predict(model: GridSearchCV, X: pd.DataFrame):
    return model.predict(X)


def main() -> None:
    found = search(*load_frame())
    print(found.best_params_, round(found.best_score_, 3))
    joblib.dump(found, "model.joblib")


if __name__ == "__main__":
    main()
