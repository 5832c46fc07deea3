"""What SAGEMAKER_INFERENCE_OUTPUT makes the XGBoost algorithm answer: chosen figures of every row (serve_utils.py)."""

import json
import logging
from typing import Any, Callable, Dict, List

import numpy as np

log = logging.getLogger("modelhost")

Row = Any

SCORES = ["predicted_score"]
RAW = ["predicted_label", "labels", "raw_score", "raw_scores"]
ALL = ["predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores"]
OBJECTIVES: Dict[str, List[str]] = {
    "reg:squarederror": SCORES,
    "reg:logistic": SCORES,
    "reg:gamma": SCORES,
    "reg:absoluteerror": SCORES,
    "reg:tweedie": SCORES,
    "binary:logistic": ALL,
    "binary:logitraw": RAW,
    "binary:hinge": RAW,
    "multi:softmax": RAW,
    "multi:softprob": ALL,
}


def select(rows: Any, keys: List[str], objective: str, classes: str) -> List[Dict[str, Any]]:
    """A figure that the objective does not have is NaN."""
    if objective not in OBJECTIVES:
        raise ValueError("Objective `%s` unsupported for selectable inference predictions." % objective)
    known = OBJECTIVES[objective]
    unknown = [key for key in keys if key not in known]
    if unknown:
        told = "Selected key(s) %s incompatible for objective '%s'. Please use list of compatible selectable inference predictions: %s"
        log.warning(told, set(unknown), objective, known)
    order = [key for key in [*ALL, *SCORES] if key in keys and key in known] + unknown
    return [{key: FIGURES[key](row, objective, classes) if key in known else np.nan for key in order} for row in rows]


def label(row: Row, objective: str, _: str) -> Any:
    if objective == "multi:softprob":
        return int(np.argmax(row))
    if objective == "binary:logistic":
        return int(row > 0.5)
    return int(row > 0) if objective == "binary:logitraw" else row.item()


def labels(row: Row, objective: str, classes: str) -> Any:
    if objective.startswith("binary:"):
        return [0, 1]
    return list(range(int(classes))) if classes else np.nan


def one(row: Row, objective: str, _: str) -> Any:
    return max(row).item() if objective == "multi:softprob" else row.item()


def each(row: Row, objective: str, _: str) -> Any:
    return row.tolist() if objective == "multi:softprob" else [1.0 - row.item(), row.item()]


FIGURES: Dict[str, Callable[[Row, str, str], Any]] = {
    "predicted_label": label,
    "labels": labels,
    "probability": one,
    "probabilities": each,
    "raw_score": one,
    "raw_scores": each,
    "predicted_score": lambda row, objective, classes: row.item(),
}


def written(chosen: List[Dict[str, Any]], keys: List[str], accept: str, is_batch: bool) -> str:
    if accept == "application/json":
        return json.dumps({"predictions": chosen})
    if accept == "application/jsonlines":
        return "".join(json.dumps(row) + "\n" for row in chosen)
    if accept == "text/csv":
        lines = [
            ",".join('"%s"' % (row[key],) if isinstance(row[key], list) else str(row[key]) for key in keys)
            for row in chosen
        ]
        return "\n".join(lines) + ("\n" if is_batch else "")
    raise RuntimeError("Cannot encode selected predictions into accept type '%s'." % accept)
