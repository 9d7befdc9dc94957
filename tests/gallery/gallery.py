"""The styles of the gallery, in the order in which the handover's page shows them."""

from tests.gallery.styles import CLASSIFIERS, REGRESSORS
from tests.gallery.styles_of_code import OVER_FRAMES, WITH_CODE

STYLES = (*CLASSIFIERS, *REGRESSORS, *OVER_FRAMES, *WITH_CODE)
