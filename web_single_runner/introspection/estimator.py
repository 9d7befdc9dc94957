"""Feature metadata of an estimator, read from its fitted attributes through pipelines and meta-estimators."""

import math

NUMBER, CATEGORY, TEXT, BOOLEAN = "number", "category", "text", "boolean"
OF_LIBRARIES = ("sklearn", "xgboost", "lightgbm", "catboost", "imblearn")
ENCODERS = ("OneHotEncoder", "OrdinalEncoder", "TargetEncoder")
VECTORIZERS = ("CountVectorizer", "TfidfVectorizer", "HashingVectorizer")
SILENT = ("FunctionTransformer", "DictVectorizer", "FeatureHasher")  # no fitted attribute records their input type
INNER = ("best_estimator_", "regressor_", "estimator_", "base_estimator_", "classifier_")
INNER_LISTS = ("calibrated_classifiers_", "estimators_")
WRAPPERS = (
    *("BaseSearchCV", "CalibratedClassifierCV", "_CalibratedClassifier", "TransformedTargetRegressor"),
    *("_BaseVoting", "VotingClassifier", "VotingRegressor", "StackingClassifier", "StackingRegressor"),
    *("MultiOutputClassifier", "MultiOutputRegressor", "OneVsRestClassifier", "OneVsOneClassifier"),
    *("SelfTrainingClassifier", "TunedThresholdClassifierCV", "FixedThresholdClassifier", "FrozenEstimator"),
    *("RFE", "SelectFromModel", "ClassifierChain", "RegressorChain", "OutputCodeClassifier"),
)


def new_feature(name=None):
    """Return a feature without metadata.

    `allow_unknown`: whether values other than `values` are valid; `none`: whether a missing value was None in `fit`;
    `dtype`: "category" if the model requires a categorical column.
    """
    return {
        "name": name,
        "kind": None,
        "values": None,
        "allow_unknown": True,
        "nullable": None,
        "none": False,
        "dtype": None,
    }


def features_of(estimator):
    """Return the metadata of each feature; None if the number of features is unknown."""
    first = first_of(estimator)
    names = names_of(estimator) or names_of(first)
    count = count_of(estimator) or count_of(first)
    if count is None and is_vectorizer(first):
        count = 1
    if count is None:
        return None
    features = [new_feature(name) for name in (names or [None] * count)]
    look_at(estimator, features)
    return features


def count_of(estimator):
    count = plain_integer(getattr(estimator, "n_features_in_", None))
    names = names_of(estimator)
    return len(names) if count is None and names else count


def plain_integer(value):
    value = value.item() if hasattr(value, "item") and not getattr(value, "shape", ()) else value
    return value if isinstance(value, int) and 0 < value < 10**6 else None


def names_of(estimator):
    """Return the column names that the estimator was fitted on; None if unknown or not unique."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is None or callable(names):
        return None
    names = [str(name) for name in names]
    return names if names and len(set(names)) == len(names) else None


def first_of(estimator):
    """Return the first step that receives the features, through nested pipelines and wrappers."""
    inner = inner_of(estimator)
    if inner is not None:
        return first_of(inner)
    steps = [step for _, step in getattr(estimator, "steps", ())] if is_a(estimator, "Pipeline") else []
    steps = [step for step in steps if step not in (None, "passthrough")]
    return first_of(steps[0]) if steps else estimator


def is_vectorizer(estimator):
    return is_a(estimator, *VECTORIZERS)


def look_at(estimator, features):
    """Set the feature kinds that this step implies; return whether it passes the values on unchanged."""
    inner = inner_of(estimator)
    if inner is not None:
        return look_at(inner, features)
    if estimator is None or isinstance(estimator, str):
        return estimator != "drop"
    if is_a(estimator, "Pipeline"):
        return all(look_at(step, features) for _, step in estimator.steps)
    if is_a(estimator, "FeatureUnion"):
        return all(look_at(part, features) for _, part in estimator.transformer_list)
    if is_imputer_of_text(estimator):
        return True
    look_at_step(estimator, features)
    return False


def look_at_step(estimator, features):
    """Set the feature kinds that one estimator implies."""
    if is_a(estimator, "ColumnTransformer"):
        look_at_columns(estimator, features)
    elif is_a(estimator, *ENCODERS):
        look_at_categories(estimator, features)
    elif is_vectorizer(estimator):
        set_kinds(features, TEXT)
    elif not is_a(estimator, *SILENT) and of_library(estimator):
        look_at_categories_of_trees(estimator, features)
        set_kinds(features, NUMBER)


def is_imputer_of_text(estimator):
    statistics = getattr(estimator, "statistics_", None)
    return is_a(estimator, "SimpleImputer") and getattr(getattr(statistics, "dtype", None), "kind", None) in ("O", "U")


def inner_of(estimator):
    """Return the fitted estimator inside a wrapper that passes X on unchanged; None for other estimators."""
    if not is_a(estimator, *WRAPPERS):
        return None
    for name in INNER:
        inner = getattr(estimator, name, None)
        if inner is not None and not isinstance(inner, str):
            return inner
    for name in INNER_LISTS:
        inner = getattr(estimator, name, None)
        inner = [each for each in inner if each != "drop"] if isinstance(inner, list) else []
        if inner:
            return inner[0]
    return getattr(estimator, "estimator", None)


def look_at_columns(estimator, features):
    names = [feature["name"] for feature in features]
    for _, step, columns in estimator.transformers_:
        chosen = [features[at] for at in positions(columns, names) if at < len(features)]
        look_at(step, chosen)


def positions(columns, names):
    """Return column positions for a ColumnTransformer specification: slice, name, position, mask or list."""
    if isinstance(columns, slice):
        if isinstance(columns.start, str) or isinstance(columns.stop, str):
            first = names.index(columns.start) if columns.start is not None else 0
            last = names.index(columns.stop) + 1 if columns.stop is not None else len(names)
            return list(range(first, last))
        return list(range(len(names)))[columns]
    if isinstance(columns, (str, int)):
        columns = [columns]
    columns = columns.tolist() if hasattr(columns, "tolist") else list(columns)
    if columns and all(isinstance(column, bool) for column in columns):
        return [at for at, chosen in enumerate(columns) if chosen]
    return [names.index(column) if isinstance(column, str) else column for column in columns]


def look_at_categories(encoder, features):
    """Set the known values of each feature from the categories of an encoder."""
    others = getattr(encoder, "handle_unknown", "ignore") != "error" or is_a(encoder, "TargetEncoder")
    for feature, categories in zip(features, encoder.categories_):
        set_category(feature, categories, others)


def set_category(feature, categories, others):
    if feature["kind"] is not None:
        return
    values = categories.tolist()
    missing = [value for value in values if is_nothing(value)]
    known = [value for value in values if not is_nothing(value)]
    if not all(isinstance(value, (str, int, float, bool)) for value in known):
        return
    if missing:
        feature["nullable"] = True
        feature["none"] = missing[0] is None
    if known and all(isinstance(value, bool) for value in known):
        feature["kind"] = BOOLEAN
    else:
        feature.update(kind=CATEGORY, values=known, allow_unknown=others)


def is_nothing(value):
    return value is None or (isinstance(value, float) and math.isnan(value))


def look_at_categories_of_trees(estimator, features):
    """Set the known categories of histogram-based trees: numbers, or the values of a categorical column."""
    encoder = getattr(estimator, "_preprocessor", None)  # holds the categories of categorical columns
    if encoder is not None:
        for _, step, columns in getattr(encoder, "transformers_", ()):
            if is_a(step, "OrdinalEncoder"):
                chosen = [feature for feature, taken in zip(features, as_mask(columns, len(features))) if taken]
                for feature, categories in zip(chosen, step.categories_):
                    set_category(feature, categories, others=True)
                    feature["dtype"] = "category" if feature["kind"] == CATEGORY else None


def as_mask(columns, count):
    chosen = set(positions(columns, [None] * count))
    return [at in chosen for at in range(count)]


def set_kinds(features, kind):
    for feature in features:
        if feature["kind"] is None:
            feature["kind"] = kind


def is_a(estimator, *names):
    """Return whether the estimator is of one of these scikit-learn classes, by name.

    Comparing names needs no import, so classes missing in the installed version cause no error.
    """
    return any(each.__name__ in names and of_sklearn(each) for each in type(estimator).__mro__)


def of_sklearn(each):
    return each.__module__.split(".")[0] in ("sklearn", "imblearn")


def of_library(estimator):
    return type(estimator).__module__.split(".")[0] in OF_LIBRARIES
