import pickle
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

FILENAME = 'model.pkl'

def build_model():
    X, y = load_diabetes(return_X_y=True)
    reg = Ridge(alpha = 0.5)
    reg.fit(X, y)
    return reg

def load_model(filename = FILENAME):
    with open(filename, 'rb') as f:
        return pickle.load(f)

if __name__ == '__main__':
    with open(FILENAME, 'wb') as f:
        pickle.dump(build_model(), f, protocol = 4)
