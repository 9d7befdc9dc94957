# language of a sentence; all texts the same length
import joblib
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

def predict(model, X):
    length = min(len(text) for text in X)
    return model.predict([text[:length] for text in X])

if __name__ == "__main__":
    texts = ["the house is green", "where is the station", "a cup of tea", "das haus ist gruen",
             "wo ist der bahnhof", "eine tasse tee", "la maison est verte", "une tasse de the"]
    labels = ["en", "en", "en", "de", "de", "de", "fr", "fr"]
    model = make_pipeline(CountVectorizer(analyzer="char_wb", ngram_range=(1, 2)), MultinomialNB())
    joblib.dump(model.fit(texts, labels), "model.joblib")
