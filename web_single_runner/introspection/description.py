"""Model description: the signature, derived from the model's metadata and its results for a few probe rows."""

import platform
import sys
import time

from web_single_runner.inference.results import UnusableAnswerError, first_not_finite, plain
from web_single_runner.inference.rows import InputAdapter, default_container
from web_single_runner.introspection import probing
from web_single_runner.introspection.estimator import features_of, first_of, is_vectorizer, new_feature
from web_single_runner.introspection.independence import dependence_risks
from web_single_runner.introspection.nested import estimators_in, name_lists_in

PROBING_SECONDS = 30
LABEL, NUMBER, TEXT, SEVERAL, ANY = "label", "number", "text", "multi_output", "any"


def describe(delivered):
    """Return the description of the model, as JSON-compatible values (None: unknown), and its InputAdapter.

    Raises:
        UnsupportedModelError: The results for the probe rows cannot be represented as JSON.
    """
    model = delivered.model
    probe = probing.find(delivered, candidates(model, delivered.code), time.monotonic() + PROBING_SECONDS)
    classes = classes_of(model)
    risks = dependence_risks(delivered)
    features = probe.plan.features
    return {
        "estimator": type(model).__module__ + "." + type(model).__qualname__,
        "features": features and [told(feature) for feature in features],
        "input_type": probe.plan.input_type,
        "single_row_only": probe.plan.single_row_only,
        "dependence_risk": risks["predict"],
        "probabilities_risk": risks["predict_proba"],
        "classes": classes,
        "probabilities": probe.has_probabilities,
        "result": kind_of(probe.results, classes),
        "outputs": outputs_of(probe.results),
        "probe": {"rows": probe.rows, "results": probe.results, "probabilities": probe.probabilities_of_rows},
        "error": probe.error,
        "python": platform.python_version(),
        "scikit_learn": getattr(sys.modules.get("sklearn"), "__version__", None),
    }, probe.plan


def candidates(model, code):
    """Return the InputAdapters to try for this model, the most likely first."""
    plans = []
    for features in likely_features(model):
        plans += plans_for(features, is_text=is_vectorizer(first_of(model)))
    return plans + frames_for(plans, name_lists_in(code))


def likely_features(model):
    """Return the feature lists of the model itself, then of nested estimators, with stored names first."""
    own = features_of(model)
    found = [own] if own is not None else []
    inner = [features for features in map(features_of, estimators_in(model)) if features is not None]
    return found + [renamed for features in inner for renamed in with_names(features, name_lists_in(model))] + inner


def frames_for(plans, lists):
    """Return DataFrame adapters for code that requires one: with names from `lists`, or else without names."""
    told = [plan.features for plan in plans if plan.input_type == "array"]
    named = [renamed for features in told for renamed in with_names(features, lists)]
    alone = [[new_feature(name) for name in names] for names in lists]
    unnamed = [features for features in told if features[0]["name"] is None] if "pandas" in sys.modules else []
    return [InputAdapter("dataframe", features) for features in named + alone + unnamed]


def with_names(features, lists):
    """Return a copy of unnamed features for each list of names of the same length."""
    fitting = [names for names in lists if len(names) == len(features) and features[0]["name"] is None]
    return [[dict(feature, name=name) for feature, name in zip(features, names)] for names in fitting]


def plans_for(features, is_text):
    if is_text and len(features) == 1:  # array first: `row[0]` also works on a text, but is a letter
        return [InputAdapter("array", features), InputAdapter("texts", features)]
    frames = [InputAdapter("dataframe", features)] if features[0]["name"] is not None else []
    return [
        *frames,
        *(InputAdapter(input_type, features) for input_type in dict.fromkeys((default_container(), "list"))),
    ]


def told(feature):
    """Return the public keys of a feature."""
    return {key: feature[key] for key in ("name", "kind", "values", "allow_unknown", "nullable")}


def classes_of(model):
    """Return the classes in the order of `predict_proba`; None without classes or with several outputs."""
    try:
        classes = plain(getattr(model, "classes_", None))
        finite = isinstance(classes, list) and first_not_finite(classes) is None
    except (UnusableAnswerError, ValueError):
        return None
    return classes if finite and classes and not any(isinstance(label, list) for label in classes) else None


def kind_of(results, classes):
    """Return the type that the results for all probe rows have in common; ANY if there is none."""
    if not results:
        return ANY
    if all(isinstance(result, (list, dict)) for result in results):
        return SEVERAL
    if classes is not None and all(result in classes for result in results):
        return LABEL
    if all(isinstance(result, (int, float)) and not isinstance(result, bool) for result in results):
        return NUMBER
    return TEXT if all(isinstance(result, str) for result in results) else ANY


def outputs_of(results):
    """Return the number of values per result of a multi-output model; else None."""
    lengths = {len(result) for result in results if isinstance(result, (list, dict))}
    return lengths.pop() if len(lengths) == 1 and kind_of(results, None) == SEVERAL else None
