"""커피 원두의 품질을 세 가지 값으로 예측합니다."""
import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression

열 = ["산미", "단맛", "바디감"]


def 자료():
    return pd.DataFrame(
        [[7.5, 6.0, 5.5, "좋음"], [8.0, 7.5, 7.0, "좋음"], [7.0, 8.0, 6.5, "좋음"], [4.0, 5.0, 4.5, "보통"],
         [5.5, 4.5, 5.0, "보통"], [5.0, 5.5, 4.0, "보통"], [2.0, 2.5, 3.0, "나쁨"], [3.0, 2.0, 2.5, "나쁨"]],
        columns=[*열, "등급"],
    )


def predict(model, X):
    """등급(좋음, 보통, 나쁨)을 돌려줍니다."""
    return model.predict(X)


if __name__ == "__main__":
    df = 자료()
    joblib.dump(LogisticRegression(max_iter=1000).fit(df[열], df["등급"]), "model.joblib")
