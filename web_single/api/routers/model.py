"""GET /model."""

from fastapi import APIRouter

from web_single.api.dependencies import StatusServiceDependency
from web_single.api.error_responses import NO_PARAMETERS, document_responses
from web_single.api.model_schemas import ModelResponse
from web_single.api.strict_route import StrictRoute

router = APIRouter(prefix="/model", tags=["operations"], route_class=StrictRoute)


@router.get(
    "", summary="What is the model?", response_description="The model.", responses=document_responses(NO_PARAMETERS)
)
async def get_model(service: StatusServiceDependency) -> ModelResponse:
    """Return which model is served, its inputs and outputs, and the state of its process."""
    return ModelResponse.from_status(service.describe_model())
