# iris with the names of the species as labels, so nobody has to look up what 2 means
import numpy as np, joblib
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

def train():
    d = load_iris()
    names = np.array(d.target_names)[d.target]
    return GaussianNB().fit(d.data, names)

def predict(model, X): return model.predict(X)

if __name__ == "__main__": joblib.dump(train(), "model.joblib")
