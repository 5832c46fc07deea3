"""The XGBoost image (github.com/aws/sagemaker-xgboost-container): a user's script, or without one the built-in algorithm."""

import os
from typing import Any

from .families import Prepared
from .settings import Settings
from .user_code import import_module, submit_directory

IMAGE = "XGBoost"


def prepare(settings: Settings) -> Prepared:
    # One thread a process, unless the user wants more: the workers share the processors.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if settings.program is None:
        return Prepared(lambda: algorithm(settings), settings.workers(settings.processors()))
    folder = submit_directory(settings)
    return Prepared(lambda: script(settings, folder), settings.workers())


def algorithm(settings: Settings) -> Any:
    from .xgboost_algorithm import AlgorithmServer

    return AlgorithmServer(settings)


def script(settings: Settings, folder: str) -> Any:
    from .flask_dialect import ScriptServer
    from .image_modules import offer, offer_image_modules, xgboost_package

    offer_image_modules(settings)
    offer(xgboost_package())
    return ScriptServer(settings, import_module(settings.program or "", [folder], IMAGE), ScriptDefaults())


class ScriptDefaults:
    """What the image does where the script does not."""

    def input_fn(self, content: Any, content_type: str) -> Any:
        from .xgboost_data import decode

        return decode(content, content_type)

    def predict_fn(self, data: Any, model: Any) -> Any:
        return model.predict(data, validate_features=False)

    def output_fn(self, prediction: Any, accept: str) -> Any:
        from .scikit_learn import encoded

        return encoded(prediction, accept)
