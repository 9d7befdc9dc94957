"""What an endpoint may ask for: the services, as `create_app` has joined them."""

from typing import Annotated

from fastapi import Depends, Request

from web_single.config import Config
from web_single.service.prediction_service import PredictionService
from web_single.service.status_service import StatusService


def get_config(request: Request) -> Config:
    """Return the settings."""
    config: Config = request.app.state.config
    return config


async def get_prediction_service(request: Request) -> PredictionService:
    """Return the service that predicts, stores and reads back."""
    service: PredictionService = request.app.state.prediction_service
    return service


async def get_status_service(request: Request) -> StatusService:
    """Return the service that tells of health and of the model."""
    service: StatusService = request.app.state.status_service
    return service


PredictionServiceDependency = Annotated[PredictionService, Depends(get_prediction_service)]
StatusServiceDependency = Annotated[StatusService, Depends(get_status_service)]
