"""Rows as JSON come in, what the delivery in this folder answers goes out: run by the environment that made it."""

import json
import sys
from pathlib import Path

sys.path.insert(0, ".")
import joblib
import model as delivered
import numpy as np
import pandas as pd

sys.modules["__main__"] = delivered  # where the classes that `python model.py` pickled are looked for
asked = json.load(sys.stdin)
X = pd.DataFrame(asked["rows"], columns=asked["names"]) if asked["names"] else np.array(asked["rows"], dtype=float)
artifact = str(Path("model.joblib").resolve())
model = delivered.load_model(artifact) if hasattr(delivered, "load_model") else joblib.load(artifact)
answers = delivered.predict(model, X) if hasattr(delivered, "predict") else model.predict(X)
json.dump(np.asarray(answers).tolist(), sys.stdout)
