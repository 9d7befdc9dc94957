"""What goes over the wire."""

from pydantic import BaseModel


class PredictionRequest(BaseModel):
    """One value for each feature, in the model's order."""

    features: list[float]


class PredictionResponse(BaseModel):
    """A stored prediction."""

    id: int
    result: int | float | str
