"""Wine quality, typed from head to toe."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
from sklearn.datasets import load_wine
from sklearn.linear_model import RidgeClassifier

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

ARTEFACT: Path = Path(__file__).parent / "model.joblib"


@dataclass
class WineModel:
    """What is saved: the classifier, and what the numbers mean."""

    classifier: RidgeClassifier
    cultivars: list[str] = field(default_factory=list)

    @property
    def n_features_in_(self) -> int:
        return self.classifier.n_features_in_


def load_model(path: str | Path = ARTEFACT) -> WineModel:
    model: WineModel = joblib.load(path)
    return model


def predict(model: WineModel, X: ArrayLike) -> NDArray:
    return model.classifier.predict(X)


def main() -> None:
    wine = load_wine()
    classifier = RidgeClassifier().fit(wine.data[:, :4], wine.target)
    joblib.dump(WineModel(classifier, list(wine.target_names)), ARTEFACT)


if __name__ == "__main__":
    main()
