import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.multioutput import MultiOutputClassifier

TAGS = ("urgent", "billing", "abuse")  # the order of the columns of y

def make_data(n=150):
	rng = np.random.default_rng(5)
	X = rng.random((n, 6))
	y = np.column_stack([X[:, 0] > .7, X[:, 1] + X[:, 2] > 1.1, X[:, 5] < .2]).astype(int)
	return X, y

def predict(model, X):
	"""one 0/1 per tag"""
	return model.predict(X)

if __name__ == "__main__":
	X, y = make_data()
	model = MultiOutputClassifier(RandomForestClassifier(n_estimators=8, random_state=5))
	model.fit(X, y)
	joblib.dump(model, "model.joblib", compress=3)
