# %% [markdown]
# # Iris, exported from the notebook of March

# %%
import logging
import warnings

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import SGDClassifier
from tempfile import gettempdir

warnings.filterwarnings("ignore")
logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
log = logging.getLogger("iris")

# %%
iris = load_iris()
X, y = iris.data, iris.target
log.info("%d rows", len(X))
print(iris.feature_names)

# %%
def predict(model, X):
    print("predicting", len(X), "rows ...")
    result = model.predict(X)
    log.info("done: %s", result)
    return result

# %%
if __name__ == "__main__":
    clf = SGDClassifier(random_state=0).fit(X, y)
    print(clf.score(X, y))
    joblib.dump(clf, "model.joblib")
