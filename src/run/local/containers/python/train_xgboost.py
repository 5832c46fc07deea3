"""Trains as SageMaker's built-in XGBoost algorithm does: train_xgboost.py BASE, where BASE is the job's /opt/ml.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html: channels train and validation, CSV with the label first and
without a header, libsvm or Parquet; the model is BASE/model/xgboost-model. When it fails, BASE/output/failure says why.
"""

import csv
import json
import os
import pickle
import sys
import traceback

FORMATS = {
    "": "libsvm",
    "csv": "csv",
    "text/csv": "csv",
    "libsvm": "libsvm",
    "text/libsvm": "libsvm",
    "text/x-libsvm": "libsvm",
    "parquet": "parquet",
    "application/x-parquet": "parquet",
}
# Hyperparameters of the algorithm around XGBoost, not of XGBoost.
OWN = ("num_round", "csv_weights", "early_stopping_rounds", "save_model_on_termination", "use_dask_gpu_training", "eval_metric")
MAXIMIZED = ("auc", "aucpr", "map", "ndcg")
DEEPEST = 3


class Refused(Exception):
    """What the author of the job can mend."""


def read_json(*path):
    with open(os.path.join(*path), encoding="utf-8") as stream:
        return json.load(stream)


def format_of(channel):
    text = (channel.get("ContentType") or "").lower()
    found = FORMATS.get(text.split(";")[0].strip())
    if found is None:
        known = ", ".join(sorted(name for name in FORMATS if name))
        raise Refused("the ContentType %s is not supported on this machine; these are: %s" % (text, known))
    return found


def data_files(folder):
    found = []
    for root, folders, files in os.walk(folder):
        folders.sort()
        if os.path.relpath(root, folder).count(os.sep) >= DEEPEST - 1:
            folders[:] = []
        # Hadoop and Spark leave markers beside their data.
        found += [os.path.join(root, name) for name in sorted(files) if not name.startswith((".", "_"))]
    return found


def read_csv(files, weighted):
    import numpy
    import pandas

    with open(files[0], encoding="utf-8") as stream:
        first = stream.readline()
    try:
        delimiter = csv.Sniffer().sniff(first).delimiter
    except csv.Error as error:
        raise Refused("the delimiter of the CSV cannot be told from its line %r: %s" % (first[:50], error))
    try:
        rows = pandas.concat([pandas.read_csv(file, header=None, sep=delimiter, dtype="float32") for file in files])
    except ValueError as error:
        raise Refused("the CSV holds what is no number (it must have no header, and the label first): %s" % error)
    values = rows.to_numpy()
    start = 2 if weighted else 1
    return values[:, start:], values[:, 0], numpy.ascontiguousarray(values[:, 1]) if weighted else None


def read_libsvm(files):
    import numpy
    from scipy.sparse import csr_matrix

    labels, weights, values, columns, rows = [], [], [], [], [0]
    for file in files:
        with open(file, encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                words = line.split("#")[0].split()
                if not words:
                    continue
                try:
                    label, _, weight = words[0].partition(":")
                    labels.append(float(label))
                    weights.append(float(weight or 1))
                    for word in words[1:]:
                        column, _, value = word.partition(":")
                        if column != "qid":
                            columns.append(int(column))
                            values.append(float(value))
                except ValueError:
                    raise Refused("line %d of %s is not in the LIBSVM format: %s" % (number, os.path.basename(file), line[:50].strip()))
                rows.append(len(values))
    width = max(columns, default=-1) + 1
    matrix = csr_matrix((numpy.array(values, "float32"), columns, rows), (len(labels), width))
    return matrix, numpy.array(labels), numpy.array(weights) if any(weight != 1 for weight in weights) else None


def read_parquet(files):
    import pandas

    values = pandas.concat([pandas.read_parquet(file) for file in files]).to_numpy(dtype="float32")
    return values[:, 1:], values[:, 0], None


def read_channel(base, name, channel, weighted):
    files = data_files(os.path.join(base, "input/data", name))
    if not files:
        raise Refused("No data in %s channel path %s" % (name, os.path.join(base, "input/data", name)))
    kind = format_of(channel)
    if kind == "csv":
        return read_csv(files, weighted)
    return read_libsvm(files) if kind == "libsvm" else read_parquet(files)


def as_matrix(data, width):
    import xgboost
    from scipy.sparse import csr_matrix, issparse

    features, labels, weights = data
    if issparse(features) and features.shape[1] < width:
        features = csr_matrix((features.data, features.indices, features.indptr), (features.shape[0], width))
    return xgboost.DMatrix(features, label=labels, weight=weights)


def metrics_of(given):
    metrics = [word.strip() for word in given.get("eval_metric", "").split(",") if word.strip()]
    objective = given.pop("_tuning_objective_metric", None)
    if objective is not None:
        name = objective.split(":")[-1]
        # Early stopping looks at the last one.
        metrics = [metric for metric in metrics if metric != name] + [name]
    return metrics


def train(base):
    import xgboost

    given = dict(read_json(base, "input/config/hyperparameters.json"))
    channels = read_json(base, "input/config/inputdataconfig.json")
    if "num_round" not in given:
        raise Refused("Missing required hyperparameter: num_round")
    if "_kfold" in given:
        raise Refused("cross validation (_kfold) is not supported on this machine")
    if "train" not in channels:
        raise Refused("Missing required channel: train")
    weighted = given.get("csv_weights") == "1"
    names = [name for name in ("train", "validation") if name in channels]
    data = [read_channel(base, name, channels[name], weighted) for name in names]
    width = max(features.shape[1] for features, _, _ in data)
    watched = [(as_matrix(each, width), name) for each, name in zip(data, names)]
    metrics = metrics_of(given)
    settings = {name: value for name, value in given.items() if name not in OWN and not name.startswith("sagemaker_")}
    if metrics:
        settings["eval_metric"] = metrics
    stopping = {}
    if "early_stopping_rounds" in given and "validation" in names and metrics:
        stopping["callbacks"] = [
            xgboost.callback.EarlyStopping(
                rounds=int(given["early_stopping_rounds"]),
                data_name="validation",
                metric_name=metrics[-1],
                maximize=metrics[-1] in MAXIMIZED,
                save_best=True,
            )
        ]
    print("Train matrix has %d rows and %d columns" % (watched[0][0].num_row(), watched[0][0].num_col()))
    booster = xgboost.train(settings, watched[0][0], int(given["num_round"]), evals=watched, verbose_eval=True, **stopping)
    path = os.path.join(base, "model/xgboost-model")
    if tuple(int(part) for part in xgboost.__version__.split(".")[:2]) < (1, 3):
        with open(path, "wb") as stream:
            pickle.dump(booster, stream)
    else:
        booster.save_model(path)


def main(base):
    try:
        train(base)
        return 0
    except Refused as error:
        reason = str(error)
    except Exception as error:
        traceback.print_exc()
        reason = "XGB train call failed with exception:\n %s" % error
    with open(os.path.join(base, "output/failure"), "w", encoding="utf-8") as stream:
        stream.write(reason)
    sys.stderr.write("%s\n" % reason)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
