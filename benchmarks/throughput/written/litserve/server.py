import os

import joblib
import litserve


class Delivered(litserve.LitAPI):
    def setup(self, device):
        self.model = joblib.load("model.joblib")

    def decode_request(self, request):
        return request["features"]

    def predict(self, rows):
        return self.model.predict(rows)

    def encode_response(self, output):
        return {"result": output.item()}


if __name__ == "__main__":
    api = Delivered(max_batch_size=64, batch_timeout=0.01)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=os.cpu_count())
    server.run(host="127.0.0.1", port=int(os.environ["PORT"]), generate_client_file=False)
