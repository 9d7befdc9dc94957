"""A model in plain Python: which of two centres is nearer."""

import math
import pickle


class NearestCentre:
    def fit(self, rows, labels):
        self.n_features_in_ = len(rows[0])
        self.classes_ = sorted(set(labels))
        self.centres = [
            [sum(column) / len(column) for column in zip(*[r for r, l in zip(rows, labels) if l == label])]
            for label in self.classes_
        ]
        return self

    def distances(self, row):
        return [math.dist(row, centre) for centre in self.centres]

    def predict(self, rows):
        return [self.classes_[d.index(min(d))] for d in map(self.distances, rows)]

    def predict_proba(self, rows):
        return [[1 - d / (sum(ds) or 1) for d in ds] for ds in map(self.distances, rows)]


def load_model(path):
    with open(path, "rb") as file:
        return pickle.load(file)


if __name__ == "__main__":
    model = NearestCentre().fit([[0, 0], [0, 1], [4, 4], [5, 4]], ["low", "low", "high", "high"])
    with open("model.pickle", "wb") as file:
        pickle.dump(model, file)
