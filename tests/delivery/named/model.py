"""A price per kilogram and a weight: what does it cost? Names its inputs, and computes in float32 as forests do."""

import pickle
import struct


class Cost:
    feature_names_in_ = ["price", "weight"]
    n_features_in_ = 2

    def predict(self, rows):
        for row in rows:
            for value in row:
                struct.pack("<f", value)  # raises beyond 3.4e38
        return [price * weight for price, weight in rows]


def load_model(path):
    with open(path, "rb") as file:
        return pickle.load(file)


if __name__ == "__main__":
    with open("model.pickle", "wb") as file:
        pickle.dump(Cost(), file)
