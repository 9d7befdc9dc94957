import joblib
import model as delivered
from mlserver import MLModel
from mlserver.codecs import NumpyRequestCodec
from mlserver.utils import get_model_uri


class Delivered(MLModel):
    async def load(self):
        path = await get_model_uri(self._settings)
        load = getattr(delivered, "load_model", joblib.load)
        self._model = load(path)
        return True

    async def predict(self, payload):
        X = self.decode_request(payload, default_codec=NumpyRequestCodec)
        if hasattr(delivered, "predict"):
            answers = delivered.predict(self._model, X)
        else:
            answers = self._model.predict(X)
        return NumpyRequestCodec.encode_response(model_name=self.name, payload=answers)
