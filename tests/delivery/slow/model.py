"""A model that takes 100 ms for a call, however many rows it holds."""

import pickle
import time


class Slow:
    n_features_in_ = 2

    def predict(self, rows):
        time.sleep(0.1)
        return [float(first) + float(second) for first, second in rows]


if __name__ == "__main__":
    with open("model.pickle", "wb") as file:
        pickle.dump(Slow(), file)
