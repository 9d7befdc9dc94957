"""POST /predict/batch."""

from fastapi import APIRouter

from web_single.api.dependencies import PredictionServiceDependency
from web_single.api.error_responses import ANY_PREDICTION, INSTANCE_FAILED, document_responses
from web_single.api.schemas import BatchRequest, BatchResponse, PredictionResponse
from web_single.api.strict_route import StrictRoute

router = APIRouter(prefix="/predict/batch", tags=["predictions"], route_class=StrictRoute)


@router.post(
    "",
    summary="Predict several",
    response_description="The predictions, in the order of the instances. All are committed.",
    responses=document_responses(*ANY_PREDICTION, INSTANCE_FAILED),
)
async def predict_batch(request: BatchRequest, service: PredictionServiceDependency) -> BatchResponse:
    """Predict from several rows of features, and store all predictions in one transaction, or none of them."""
    predictions = await service.predict_batch(request.instances)
    return BatchResponse(predictions=[PredictionResponse.model_validate(prediction) for prediction in predictions])
