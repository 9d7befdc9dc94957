import joblib
import numpy as np
from concurrent.futures import ThreadPoolExecutor, as_completed
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier


def predict(model, X):
    # four threads, a few rows each
    parts = np.array_split(X, min(4, len(X)))
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(model.predict, part) for part in parts]
        return np.concatenate([job.result() for job in as_completed(jobs)])


if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    joblib.dump(RandomForestClassifier(n_estimators=5, random_state=0).fit(X, y), "model.joblib")
