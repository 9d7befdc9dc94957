import os

import litserve
import numpy as np
import onnxruntime


class Delivered(litserve.LitAPI):
    def setup(self, device):
        self.session = onnxruntime.InferenceSession("model.onnx")

    def decode_request(self, request):
        return np.array(request["features"], dtype=np.float32)

    def predict(self, rows):
        return self.session.run(["label"], {"X": rows})[0]

    def encode_response(self, output):
        return {"result": output.item()}


if __name__ == "__main__":
    api = Delivered(max_batch_size=64, batch_timeout=0.01)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=os.cpu_count())
    server.run(host="127.0.0.1", port=int(os.environ["PORT"]), generate_client_file=False)
