from sklearn.datasets import load_iris
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
import joblib

def crowd():
    tree, bayes = DecisionTreeClassifier(max_depth=3, random_state=0), GaussianNB()
    stack = StackingClassifier([("tree", tree), ("bayes", bayes)], LogisticRegression(), cv=3)
    return VotingClassifier([("tree", tree), ("bayes", bayes), ("stack", stack)], voting="soft")

if __name__ == "__main__":
    frame = load_iris(as_frame=True)
    joblib.dump(crowd().fit(frame.data, frame.target), "model.joblib")
