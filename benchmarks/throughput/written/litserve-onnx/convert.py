import joblib
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

model = joblib.load("model.joblib")
types = [("X", FloatTensorType([None, model.n_features_in_]))]
with open("model.onnx", "wb") as file:
    file.write(to_onnx(model, initial_types=types, options={"zipmap": False}).SerializeToString())
