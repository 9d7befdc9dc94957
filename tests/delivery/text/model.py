"""Which desk answers this message? TF-IDF over words, then logistic regression."""
import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

MESSAGES = [
    ("my invoice is wrong", "billing"),
    ("you charged my card twice", "billing"),
    ("please send the invoice again", "billing"),
    ("the refund has not arrived", "billing"),
    ("the app crashes when I open it", "technical"),
    ("I cannot log in since the update", "technical"),
    ("error 42 on the start page", "technical"),
    ("the screen stays black", "technical"),
    ("where is my parcel", "delivery"),
    ("the parcel was left in the rain", "delivery"),
    ("can you deliver on saturday", "delivery"),
    ("the driver did not ring", "delivery"),
]


def train():
    texts, desks = zip(*MESSAGES)
    pipe = Pipeline([("tfidf", TfidfVectorizer()), ("clf", LogisticRegression(C=30))])
    return pipe.fit(texts, desks)


def load_model(path):
    return joblib.load(path)


def predict(model, X):
    return model.predict(X)


def predict_proba(model, X):
    return model.predict_proba(X)


if __name__ == "__main__":
    joblib.dump(train(), "model.joblib")
