import joblib
import model as delivered
from mlflow.pyfunc import PythonModel


class Delivered(PythonModel):
    def load_context(self, context):
        load = getattr(delivered, "load_model", joblib.load)
        self.model = load(context.artifacts["model"])

    def predict(self, context, model_input, params=None):
        if hasattr(delivered, "predict"):
            return delivered.predict(self.model, model_input)
        return self.model.predict(model_input)
