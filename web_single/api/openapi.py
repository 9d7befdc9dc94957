"""The OpenAPI document: FastAPI's own, with what is known of the model: its features, its classes, true examples."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from web_single import VERSION
from web_single.api.openapi_examples import add_examples
from web_single.api.responses import HEADERS, REQUEST_ID
from web_single.service.example import Example
from web_single.service.status_service import ModelStatus

Json = dict[str, Any]

DESCRIPTION = """\
A model answers what is sent to `POST /predict`, and every prediction is stored: a `200` means that it is committed.

An error is always `{"detail": "a sentence that says what is wrong"}`.
A `4xx` is the request's fault and will not succeed again; a `503` may, after `Retry-After` seconds.
What is at no path of this server is answered with `404`, what is no HTTP request with `400`.
The header `X-Request-ID` of an answer finds the request in the log.
"""
ABOUT: Json = {
    "title": "Web Single",
    "summary": "A data scientist's model, online.",
    "description": DESCRIPTION,
    "version": VERSION,
    "openapi_tags": [
        {"name": "predictions", "description": "Predict, and read back what was predicted."},
        {"name": "operations", "description": "What is served, and whether it could answer now."},
    ],
    "generate_unique_id_function": lambda route: route.name,
}
ID_OF_THE_CLIENT: Json = {
    "name": REQUEST_ID,
    "in": "header",
    "required": False,
    "description": "An id of your own, for the log: up to 128 letters, digits and `_.:/+=-`. Any other is replaced.",
    "schema": {"type": "string"},
}


def describe(document: Json, model: ModelStatus, example: Example) -> Json:
    """Return a copy of FastAPI's document that tells what is known of this model."""
    document = deepcopy(document)
    document["paths"] = dict(sorted(document["paths"].items()))
    document["info"]["description"] += f"\n{sentences_about(model)}"
    describe_features(document["components"]["schemas"], model)
    describe_results(document["components"]["schemas"], model, example)
    if not model.probabilities:
        remove_probabilities(document)
    add_examples(document, model, example)
    for operation in operations(document):
        describe_parameters(operation)
    schemas = dict(sorted(document["components"]["schemas"].items()))
    document["components"] = {"schemas": schemas, "headers": HEADERS, "parameters": {REQUEST_ID: ID_OF_THE_CLIENT}}
    return document


def sentences_about(model: ModelStatus) -> str:
    """Tell which model is served, what it takes and what it answers."""
    sentences = [f"The model is a `{model.estimator}`, version `{model.version}`."]
    if model.feature_count is not None:
        sentences.append(f"It takes {model.feature_count} features{names_of_features(model)}.")
    if model.classes is not None:
        sentences.append(f"Its classes are {', '.join(f'`{label!r}`' for label in model.classes)}.")
    return "\n".join(sentences)


def names_of_features(model: ModelStatus) -> str:
    """Return the names in the model's order, as an ending to a sentence."""
    return f": {', '.join(f'`{name}`' for name in model.feature_names)}" if model.feature_names else ""


def describe_features(schemas: Json, model: ModelStatus) -> None:
    """Give `features` and `instances` the model's own shape, told once."""
    number = {"type": "number"}
    features: Json = {"type": "array", "items": number, "description": "One value for each feature, in order."}
    if model.feature_count is not None:
        features |= {"minItems": model.feature_count, "maxItems": model.feature_count}
    if model.feature_names is not None:
        by_name = {
            "type": "object",
            "properties": dict.fromkeys(model.feature_names, number),
            "required": list(model.feature_names),
            "additionalProperties": False,
            "description": "A value for each feature by its name, in any order.",
        }
        features["description"] = f"One value for each feature, in this order{names_of_features(model)}."
        features = {"oneOf": [features, by_name]}
    schemas["Features"] = {"title": "Features"} | features
    schemas["PredictionRequest"]["properties"]["features"] = {"$ref": "#/components/schemas/Features"}
    schemas["BatchRequest"]["properties"]["instances"]["items"] = {"$ref": "#/components/schemas/Features"}


def describe_results(schemas: Json, model: ModelStatus, example: Example) -> None:
    """Say which results there are: the classes, unless the delivered `predict` answers something else."""
    result: Json = {"title": "Result", "description": "What the model's `predict` returned, never cast."}
    if model.classes is not None and example.results and all(label in model.classes for label in example.results):
        result |= {"enum": list(model.classes), "description": "One of the model's classes."}
    probabilities: Json = {"title": "Probabilities", "type": "array", "items": {"type": "number"}}
    if model.classes is not None:
        probabilities |= {"minItems": len(model.classes), "maxItems": len(model.classes)}
        order = ", ".join(repr(label) for label in model.classes)
        probabilities["description"] = f"The probability of each class, in this order: {order}."
    schemas["PredictionResponse"]["properties"]["result"] = result
    schemas["PredictionWithProbabilities"]["properties"] |= {"result": result, "probabilities": probabilities}


def remove_probabilities(document: Json) -> None:
    """Leave out what this model cannot be asked for."""
    operation = document["paths"]["/predict"]["post"]
    operation["parameters"] = [each for each in operation["parameters"] if each["name"] != "include"]
    schema = {"$ref": "#/components/schemas/PredictionResponse"}
    operation["responses"]["200"]["content"]["application/json"]["schema"] = schema
    del document["components"]["schemas"]["PredictionWithProbabilities"]


def operations(document: Json) -> Iterator[Json]:
    """Yield each operation of each path."""
    for path in document["paths"].values():
        yield from path.values()


def describe_parameters(operation: Json) -> None:
    """Tell what a URL can hold: no `null`, which FastAPI offers for what may be left out."""
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        schema = parameter["schema"]
        kind: Json = next((kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}), {})
        if "const" in kind:  # the page offers an `enum` as a choice
            kind = {"type": kind["type"], "enum": [kind["const"]]}
        parameter["schema"] = schema | kind
        del parameter["schema"]["description"]  # it stands beside the schema too
    parameters.append({"$ref": f"#/components/parameters/{REQUEST_ID}"})
