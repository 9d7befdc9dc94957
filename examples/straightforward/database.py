"""The table of predictions, and a session for each request."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlmodel import JSON, Field, Session, SQLModel, create_engine

from config import config

engine = create_engine(config.db_url)


class PredictionResult(SQLModel, table=True):
    """A result, with the features that it was made from."""

    id: int | None = Field(default=None, primary_key=True)
    features: list[float] = Field(sa_type=JSON)
    result: int | float | str = Field(sa_type=JSON)


def create_tables() -> None:
    """Create what is not there yet."""
    SQLModel.metadata.create_all(engine)


def get_session() -> Iterator[Session]:
    """Yield a session that is closed after the request."""
    with Session(engine) as session:
        yield session


# As many as the engine keeps connections: those who wait for one in a thread could use up all threads,
# and nobody would be left to give one back.
SessionDependency = Annotated[Session, Depends(get_session, max_concurrency=5)]
