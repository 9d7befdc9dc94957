"""A model that answers how many rows it was asked, once a first feature is beyond 100; else 1."""

import pickle


class Crowd:
    n_features_in_ = 2

    def predict(self, rows):
        rows = [(float(first), float(second)) for first, second in rows]
        return [len(rows) if first > 100 else 1 for first, _ in rows]


if __name__ == "__main__":
    with open("model.pickle", "wb") as file:
        pickle.dump(Crowd(), file)
