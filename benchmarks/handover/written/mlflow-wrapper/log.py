import mlflow
from wrapper import Delivered

mlflow.pyfunc.save_model(
    "logged", python_model=Delivered(), artifacts={"model": "model.joblib"}, code_paths=["model.py", "wrapper.py"]
)
