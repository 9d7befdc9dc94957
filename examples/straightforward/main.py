"""Starts the service: loads the model, creates the table, serves on HOST and PORT."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import joblib
import uvicorn
from fastapi import FastAPI

from api import router
from config import config
from database import create_tables


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Have the model and the table ready before the first request."""
    app.state.estimator = joblib.load(config.model_path)
    create_tables()
    yield


app = FastAPI(title="Straightforward", lifespan=lifespan)
app.include_router(router)

if __name__ == "__main__":
    uvicorn.run(app, host=config.host, port=config.port)
