"""Penguins by bill and flipper. The model knows numbers, predict() answers names."""
import joblib
import numpy as np
from sklearn.ensemble import AdaBoostClassifier
from sklearn.preprocessing import LabelEncoder

CENTRES = {"Adelie": (38.8, 18.3, 190), "Chinstrap": (48.8, 18.4, 196), "Gentoo": (47.5, 15.0, 217)}


def make_penguins():
    rng = np.random.default_rng(4)
    X, names = [], []
    for name, centre in CENTRES.items():
        X.append(rng.normal(centre, (2.2, 0.9, 5.5), size=(40, 3)))
        names += [name] * 40
    return np.vstack(X), np.array(names)


def save(model, encoder, path):
    joblib.dump((model, encoder), path)


def load_model(path):
    model, encoder = joblib.load(path)
    model.encoder_ = encoder
    return model


def predict(model, X):
    return model.encoder_.inverse_transform(model.predict(X))


if __name__ == "__main__":
    X, names = make_penguins()
    encoder = LabelEncoder().fit(names)
    model = AdaBoostClassifier(n_estimators=10, random_state=0).fit(X, encoder.transform(names))
    save(model, encoder, "model.joblib")
