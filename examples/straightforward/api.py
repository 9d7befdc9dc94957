"""The endpoints: predict and store, list, read one."""

from collections.abc import Sequence

from fastapi import APIRouter, HTTPException, Request
from sqlmodel import col, select

from database import PredictionResult, SessionDependency
from schemas import PredictionRequest, PredictionResponse

router = APIRouter(prefix="/predict")


@router.post("", response_model=PredictionResponse)
def predict(body: PredictionRequest, request: Request, session: SessionDependency) -> PredictionResult:
    """Predict, and answer once the prediction is stored."""
    result = request.app.state.estimator.predict([body.features])[0].item()
    prediction = PredictionResult(features=body.features, result=result)
    session.add(prediction)
    session.commit()
    session.refresh(prediction)
    return prediction


@router.get("", response_model=list[PredictionResponse])
def list_predictions(session: SessionDependency) -> Sequence[PredictionResult]:
    """Return all stored predictions in the order of their ids."""
    return session.exec(select(PredictionResult).order_by(col(PredictionResult.id))).all()


@router.get("/{prediction_id}", response_model=PredictionResponse)
def get_prediction(prediction_id: int, session: SessionDependency) -> PredictionResult:
    """Return one stored prediction."""
    prediction = session.get(PredictionResult, prediction_id)
    if prediction is None:
        raise HTTPException(404, f"There is no prediction {prediction_id}.")
    return prediction
