import os
import joblib
from sklearn.linear_model import ElasticNet

# run me from this folder!
DATA = './data/plant.txt'
MODEL = 'model.joblib'

def read(path):
    X, y = [], []
    for line in open(path):
        if line.startswith('#') or not line.strip():
            continue
        *x, target = map(float, line.split())
        X.append(x); y.append(target)
    return X, y

def load_model(path=None):
    assert os.path.exists(DATA), 'run me from the folder of the model'
    return joblib.load(MODEL)

def predict(model, X):
    lowest = min(read(DATA)[1])      # the plant never gives less than this
    return [max(lowest, float(v)) for v in model.predict(X)]

if __name__ == '__main__':
    joblib.dump(ElasticNet(alpha=0.05).fit(*read(DATA)), MODEL)
