import joblib
import numpy as np
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier


def predict(model, X):
    # four threads, a few rows each; each appends its results as soon as it has them
    parts = np.array_split(X, min(4, len(X)))
    results, last_is_done = [], Event()

    def predict_part(number):
        if number == 0 and len(parts) > 1:
            last_is_done.wait()  # the first part is the slowest
        results.append(model.predict(parts[number]))
        if number == len(parts) - 1:
            last_is_done.set()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(predict_part, range(len(parts))))
    return np.concatenate(results)


if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    joblib.dump(RandomForestClassifier(n_estimators=5, random_state=0).fit(X, y), "model.joblib")
