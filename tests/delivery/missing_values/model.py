# sensor array, values drop out now and then -> nan is fine
import joblib
from numpy import nan
from numpy.random import default_rng
from sklearn.ensemble import HistGradientBoostingClassifier

def load_model(path): return joblib.load(path)
def predict(model, X): return model.predict(X)

if __name__ == "__main__":
    dice = default_rng(99)
    X = dice.normal(size=(300, 4))
    y = (X[:, 0] + X[:, 3] > 0).astype(int)
    X[dice.random(X.shape) < 0.1] = nan
    joblib.dump(HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(X, y), "model.joblib")
