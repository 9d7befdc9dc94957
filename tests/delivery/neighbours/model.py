"""k nearest neighbours: the training data is the model.

$ python model.py --neighbours 7
"""

import argparse

import joblib
import sklearn.datasets
import sklearn.neighbors


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neighbours", type=int, default=5)
    parser.add_argument("--out", default="model.joblib")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    X, y = sklearn.datasets.load_iris(return_X_y=True)
    model = sklearn.neighbors.KNeighborsClassifier(arguments.neighbours, weights="distance")
    joblib.dump(model.fit(X[::2], y[::2]), arguments.out)


if "__main__" == __name__:
    main()
