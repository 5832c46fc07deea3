"""Which dialect stands for which image."""

from importlib import import_module
from typing import Any, Callable, NamedTuple

from .settings import Settings

FAMILIES = {
    "scikit-learn": ".scikit_learn",
    "pytorch": ".pytorch",
    "xgboost": ".xgboost",
    "huggingface": ".hugging_face",
}


class Prepared(NamedTuple):
    """What is left to do in a worker, and how many of them there are."""

    load: Callable[[], Any]
    workers: int


def open_family(family: str, settings: Settings) -> Prepared:
    """
    Does what the image does once (fetching the code) and gives what each worker does (importing it, loading the model):
    a framework that has been imported before a fork may hang in its threads afterwards.
    """
    if settings.env.get("SAGEMAKER_MULTI_MODEL") == "true":
        raise SystemExit(
            "SAGEMAKER_MULTI_MODEL is true: a container that loads many models on demand is not served here"
        )
    if family not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise SystemExit("SAGEMAKER_PIPELINES_MODEL_FAMILY is %r; the model host speaks %s" % (family, known))
    return import_module(FAMILIES[family], __package__).prepare(settings)
