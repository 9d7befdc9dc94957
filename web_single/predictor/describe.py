"""What the model tells of itself, asked in its own process.

Stands alone like runner.py: standard library only, Python 3.8 and later.
"""

from __future__ import annotations

import platform
import sys


def describe(delivered, model):
    """Return what is known of the model, as plain JSON values; None stands for what it does not say."""
    names = getattr(model, "feature_names_in_", None)
    return {
        "estimator": type(model).__module__ + "." + type(model).__qualname__,
        "feature_count": as_plain(getattr(model, "n_features_in_", None)),
        "feature_names": [str(name) for name in names] if names is not None else None,
        "classes": classes_of(model),
        "probabilities": has_probabilities(delivered, model),
        "python": platform.python_version(),
        "scikit_learn": getattr(sys.modules.get("sklearn"), "__version__", None),
    }


def has_probabilities(delivered, model):
    """Tell whether there is one probability a class; scikit-learn answers one list an output for several outputs."""
    if hasattr(delivered, "predict_proba"):
        return True
    of_several_outputs = hasattr(model, "classes_") and classes_of(model) is None
    return callable(getattr(model, "predict_proba", None)) and not of_several_outputs


def classes_of(model):
    """Return the classes in the order of `predict_proba`, or None for a model without, or with several outputs."""
    classes = as_plain(getattr(model, "classes_", None))
    if not isinstance(classes, list) or any(isinstance(as_plain(label), list) for label in classes):
        return None
    return classes


def as_plain(value):
    return value.tolist() if hasattr(value, "tolist") else value
