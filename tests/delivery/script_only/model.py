import joblib
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

if __name__ == "__main__":
    iris = load_iris()
    clf = DecisionTreeClassifier(max_depth=3, random_state=0)
    clf.fit(iris.data, iris.target)
    print(clf.score(iris.data, iris.target))
    joblib.dump(clf, "model.joblib")
