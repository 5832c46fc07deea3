"""The XGBoost image without a script: the built-in algorithm (algorithm_mode/serve.py and serve_utils.py)."""

import json
import logging
import os
import pickle
from typing import Any, Dict, Iterator, Optional, Tuple

import numpy as np
import xgboost

from . import containers_arrays as arrays
from .faults import trace
from .flask_dialect import FlaskServer
from .reply import HTML, JSON, Reply, flask_page, media_type, with_charset
from .settings import Settings
from .user_code import CodeNotFound, whats_in
from .wire import Request
from .xgboost_data import CSV, LIBSVM, parse
from .xgboost_selection import select, written

log = logging.getLogger("modelhost")

PICKLE = "pkl_format"
NATIVE = "xgb_format"
ACCEPTED = ["application/json", "application/jsonlines", "application/x-recordio-protobuf", "text/csv"]
VOTING = ("multi:softmax", "binary:hinge")


class AlgorithmServer(FlaskServer):
    """Every file of the model folder is a booster; several of them are an ensemble."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.max_request_size = settings.number("MAX_CONTENT_LENGTH", 6291456)
        is_ensemble = (settings.env.get("SAGEMAKER_INFERENCE_ENSEMBLE") or "true") == "true"
        paths = list(model_paths(settings.model_dir))
        if not paths:
            raise CodeNotFound("the XGBoost algorithm finds no model:\n%s" % whats_in(settings.model_dir))
        self.boosters = [load_booster(path) for path in (paths if is_ensemble else paths[:1])]
        config = json.loads(self.boosters[0][0].save_config())["learner"]
        self.objective = config["objective"]["name"]
        self.classes = config["learner_model_param"].get("num_class", "")
        self.selected = settings.env.get("SAGEMAKER_INFERENCE_OUTPUT")

    def ping(self) -> Reply:
        return Reply(200, b"", HTML)

    def execution_parameters(self) -> Reply:
        parameters = {
            "MaxConcurrentTransforms": self.settings.processors(),
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": int((self.max_request_size or 0) / 1024**2),
        }
        return Reply(200, json.dumps(parameters), JSON)

    def invoke(self, request: Request) -> Reply:
        content = bytes(request.body)
        if not content:
            return Reply(204, b"", HTML)
        try:
            data, kind = parse(content, request.headers.get("content-type"))
        except Exception as error:
            return refused(415, str(error))
        try:
            prediction = self.predict(data, kind)
        except Exception as error:
            return refused(400, "Unable to evaluate payload provided: %s" % error)
        try:
            accept = self.accepted(request.headers.get("accept"))
        except ValueError as error:
            return refused(406, str(error))
        if self.selected is not None:
            keys = self.selected.replace(" ", "").lower().split(",")
            try:
                chosen = select(prediction, keys, self.objective, self.classes)
                return Reply(200, written(chosen, keys, accept, self.settings.is_batch), with_charset(accept))
            except Exception as error:
                return refused(500, str(error))
        rows = prediction.tolist()
        if self.settings.is_batch:
            # Whatever type was asked for: a batch gets one line a row.
            return Reply(200, "\n".join(map(str, rows)) + "\n", with_charset(accept))
        if accept == JSON:
            return Reply(200, json.dumps({"predictions": [{"score": row} for row in rows]}), JSON)
        try:
            return Reply(200, arrays.encode(rows, accept), with_charset(accept))
        except arrays.UnsupportedFormatError as error:
            log.error("Exception on /invocations [POST]\n%s", trace(error))
            return flask_page(500)

    def accepted(self, header: Optional[str]) -> str:
        accept, _ = media_type(header)
        if not accept or accept == arrays.ANY:
            return self.settings.env.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or "text/csv"
        if accept.lower() not in ACCEPTED:
            told = "Accept type %s is not supported. Please use supported accept types: %s."
            raise ValueError(told % (accept, ACCEPTED))
        return accept.lower()

    def predict(self, data: Any, kind: str) -> np.ndarray:
        first, form = self.boosters[0]
        if form == PICKLE:
            check_width(first, data, kind)
        predictions = [best(booster, data) for booster, _ in self.boosters]
        if len(predictions) == 1:
            return predictions[0]
        if self.objective in VOTING:
            from scipy import stats

            return np.asarray(stats.mode(predictions, keepdims=True).mode[0])
        return np.mean(predictions, axis=0)


def refused(status: int, words: str) -> Reply:
    log.exception(words)
    return Reply(status, words, HTML)


def model_paths(folder: str) -> Iterator[str]:
    """In the folder's own order, as the image takes them."""
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and name.startswith("."):
            log.warning(
                "Ignoring dotfile '%s' found in model directory - please exclude dotfiles from model archives", path
            )
        elif os.path.isfile(path):
            yield path


def load_booster(path: str) -> Tuple[Any, str]:
    try:
        with open(path, "rb") as file:
            booster, form = pickle.load(file), PICKLE
    except Exception as pickle_error:
        try:
            booster, form = xgboost.Booster(), NATIVE
            booster.load_model(path)
        except Exception as native_error:
            raise RuntimeError(
                "Model %s cannot be loaded:\nPickle load error=%s\nXGB load model error=%s"
                % (path, pickle_error, native_error)
            )
    booster.set_param("nthread", 1)
    return booster, form


def check_width(booster: Any, data: Any, kind: str) -> None:
    trained = booster.num_features()
    given = len(data.feature_names) if data.feature_names is not None else data.num_col()
    if kind == LIBSVM:
        if given > trained + 1:
            raise ValueError(
                "Feature size of libsvm inference data %d is larger than feature size of trained model %d."
                % (given, trained)
            )
    # One column fewer is let through: the image counts as if a label might stand before the features.
    elif trained not in (given, given + 1):
        told = "Feature size of %s inference data %d is not consistent with feature size of trained model %d."
        raise ValueError(told % (CSV if kind == CSV else kind, given, trained))


def best(booster: Any, data: Any) -> np.ndarray:
    """Boosters of releases before 2 know their best number of trees."""
    limit = int(getattr(booster, "best_ntree_limit", 0) or 0)
    more: Dict[str, Any] = {"iteration_range": (0, limit)} if limit > 0 else {}
    return booster.predict(data, validate_features=False, **more)
