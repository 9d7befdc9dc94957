import joblib
import mlflow
from model import *

mlflow.sklearn.save_model(
    joblib.load("model.joblib"), "logged", serialization_format="cloudpickle", code_paths=["model.py"]
)
