"""What the OpenAPI document says of features and results: the model's own shape, told once."""

from typing import Any

from web_single.service.examples import Example
from web_single.service.status_service import ModelStatus

Json = dict[str, Any]

TYPES = {"number": "number", "text": "string", "boolean": "boolean"}
JSON_TYPES = {str: "string", bool: "boolean", int: "number", float: "number"}
MOST_OF_ONE_KIND = 50  # beyond that a schema for each position would hide the document


def describe_features(schemas: Json, model: ModelStatus) -> None:
    """Give `features` and `instances` the model's own shape: lengths, names, kinds and known values."""
    signature = model.signature
    features: Json = {"type": "array", "items": schema_of(None), "minItems": 1}
    features["description"] = "One value for each feature, in order."
    if signature.features is not None:
        each = [schema_of(feature) for feature in signature.features]
        features |= {"items": any_of(each), "minItems": len(each), "maxItems": len(each)}
        if len(each) <= MOST_OF_ONE_KIND and any(schema != each[0] for schema in each):
            features["prefixItems"] = each
        if signature.feature_names is not None:
            features["description"] = f"One value for each feature, in this order{names_of_features(model)}."
            features = {"oneOf": [features, by_name(signature.feature_names, each)]}
    schemas["Features"] = {"title": "Features"} | features
    schemas["PredictionRequest"]["properties"]["features"] = {"$ref": "#/components/schemas/Features"}
    schemas["BatchRequest"]["properties"]["instances"]["items"] = {"$ref": "#/components/schemas/Features"}


def schema_of(feature: Any) -> Json:  # noqa: ANN401 - a feature of the signature, or None: not known
    """Return which values one feature takes."""
    if feature is None or feature.kind == "any":
        types = ["number", "string", "boolean", "null"] if feature is None or feature.nullable else None
        return {"type": types or ["number", "string", "boolean"]}
    if feature.kind == "category":
        if not feature.allow_unknown:
            return {"enum": [*feature.values, *([None] if feature.nullable else [])]}
        types = sorted({JSON_TYPES[type(value)] for value in feature.values})
        schema: Json = {"examples": list(feature.values)}
    else:
        types, schema = [TYPES[feature.kind]], {}
    types += ["null"] if feature.nullable else []
    return {"type": types if len(types) > 1 else types[0]} | schema


def any_of(schemas: list[Json]) -> Json:
    """Return what one of these schemas takes."""
    distinct = [schema for at, schema in enumerate(schemas) if schema not in schemas[:at]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def by_name(names: tuple[str, ...], schemas: list[Json]) -> Json:
    """Return the form of features that are given by name."""
    return {
        "type": "object",
        "properties": dict(zip(names, schemas, strict=True)),
        "required": list(names),
        "additionalProperties": False,
        "description": "A value for each feature by its name, in any order.",
    }


def names_of_features(model: ModelStatus) -> str:
    """Return the names in the model's order, as an ending to a sentence."""
    names = model.signature.feature_names
    return f": {', '.join(f'`{name}`' for name in names)}" if names else ""


def describe_results(schemas: Json, model: ModelStatus, example: Example) -> None:
    """Say which results there are: the classes, unless the delivered `predict` answers something else."""
    classes = model.signature.classes
    result: Json = {"title": "Result", "description": "What the model's `predict` returned, never cast."}
    if model.signature.result == "label" and classes is not None and example.rows:
        result |= {"enum": list(classes), "description": "One of the model's classes."}
    probabilities: Json = {"title": "Probabilities", "type": "array", "items": {"type": "number"}}
    if classes is not None and (not example.probabilities or len(example.probabilities[0]) == len(classes)):
        probabilities |= {"minItems": len(classes), "maxItems": len(classes)}
        order = ", ".join(repr(label) for label in classes)
        probabilities["description"] = f"The probability of each class, in this order: {order}."
    schemas["PredictionResponse"]["properties"]["result"] = result
    schemas["PredictionWithProbabilities"]["properties"] |= {"result": result, "probabilities": probabilities}
