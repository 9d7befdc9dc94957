import joblib
import mlflow

mlflow.sklearn.save_model(joblib.load("model.joblib"), "logged", serialization_format="cloudpickle")
