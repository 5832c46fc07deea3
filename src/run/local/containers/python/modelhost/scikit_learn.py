"""The scikit-learn image (github.com/aws/sagemaker-scikit-learn-container, serving.py)."""

from typing import Any

from .families import Prepared
from .reply import JSON, Reply
from .settings import Settings
from .user_code import CodeNotFound, import_module, submit_directory

IMAGE = "scikit-learn"


def prepare(settings: Settings) -> Prepared:
    if settings.program is None:
        raise CodeNotFound(
            "SAGEMAKER_PROGRAM is not set: the scikit-learn image has no default script.\n"
            "Its script is SAGEMAKER_PROGRAM out of SAGEMAKER_SUBMIT_DIRECTORY (an archive on S3, or a folder of the model "
            "archive such as /opt/ml/model/code)."
        )
    folder = submit_directory(settings)

    def load() -> Any:
        from .flask_dialect import ScriptServer
        from .image_modules import offer_image_modules

        offer_image_modules(settings)
        module = import_module(settings.program or "", [folder], IMAGE)
        return ScriptServer(settings, module, Defaults())

    return Prepared(load, settings.workers())


class Defaults:
    """What the image does where the script does not."""

    def input_fn(self, content: Any, content_type: str) -> Any:
        """Text becomes short floats; an NPY array keeps its own type."""
        import numpy as np

        from . import containers_arrays as arrays

        array = arrays.decode(content, content_type)
        return array.astype(np.float32) if content_type in arrays.UTF8_TYPES else array

    def predict_fn(self, data: Any, model: Any) -> Any:
        return model.predict(data)

    def output_fn(self, prediction: Any, accept: str) -> Reply:
        return encoded(prediction, accept)


def encoded(prediction: Any, accept: str) -> Reply:
    """A prediction as the client wants it, its type told as Werkzeug tells it."""
    from . import containers_arrays as arrays
    from .npy import npy_parts
    from .reply import with_charset

    if accept == arrays.NPY and hasattr(prediction, "dtype") and hasattr(prediction, "flags"):
        return Reply(200, npy_parts(prediction), accept)
    return Reply(200, arrays.encode(prediction, accept), with_charset(accept or JSON))
