"""Spam from subject, sender's country and number of links. One text column, one category, one number."""
import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

MAILS = [
    ("win a prize now", "XX", 9, "spam"), ("your prize is waiting", "XX", 7, "spam"), ("cheap watches", "YY", 12, "spam"),
    ("last chance to win", "DE", 8, "spam"), ("minutes of the meeting", "DE", 0, "ham"), ("lunch on friday", "FR", 0, "ham"),
    ("the report you asked for", "FR", 1, "ham"), ("meeting moved to friday", "DE", 0, "ham"),
]


def main():
    df = pd.DataFrame(MAILS, columns=["subject", "country", "links", "label"])
    columns = ColumnTransformer(
        [
            ("words", CountVectorizer(), "subject"),
            ("country", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["country"]),
        ],
        remainder="passthrough",
    )
    model = Pipeline([("columns", columns), ("clf", LogisticRegression())])
    joblib.dump(model.fit(df.drop(columns="label"), df["label"]), "model.joblib")


if __name__ == "__main__":
    main()
