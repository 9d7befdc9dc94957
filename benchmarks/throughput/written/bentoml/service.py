import bentoml
import joblib


@bentoml.service(workers="cpu_count")
class Delivered:
    def __init__(self):
        self.model = joblib.load("model.joblib")

    @bentoml.api(batchable=True, max_batch_size=64)
    def predict(self, features: list[list[float]]) -> list[int]:
        return self.model.predict(features).tolist()
