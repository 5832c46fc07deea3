"""What predicting a folder of files has in common, whatever is in the files: settings, rows, resuming and logs.

One file, one row of JSON Lines: in the order of the paths, in Python's JSON style, UTF-8. A file that cannot be
predicted gets a row with an error and the others go on. Nothing here knows SageMaker, and nothing but Python is
needed.
"""

import ast
import datetime
import hashlib
import json
import logging
import logging.handlers
import os
import pathlib
import sys
import tarfile
import tempfile

LOGGER = logging.getLogger("batches")

SETTINGS = {
    "model_path": "/opt/ml/processing/input/model",
    "input_data_dir": "/opt/ml/processing/input/data",
    "output_path": "/opt/ml/processing/output/predictions/batch-infer-res.jsonl",
    "file_check_glob": "*",
    # append: rows are added to what is there; resume: only files without a row get one; overwrite: a new file.
    "mode": "resume",
    # Adds input_sha256, model and run to every row.
    "lineage": False,
    # Whether a run with rows that are errors ends with 3.
    "fail_on_error": False,
    "allow_empty": False,
    "log_dir": "",
}
MODES = ("append", "resume", "overwrite")
SOME_FAILED = 3


class BadSetting(Exception):
    """A setting that is not there or cannot have this value."""


class BadFile(Exception):
    """A file that cannot be predicted, and why."""


def read_settings(words, group, own, environ):
    """The settings of a run: the defaults, then the environment, then `key=value` words, with or without the group."""
    settings = {**SETTINGS, **own}
    for name, variable in (("model_path", "PRED_MODEL_PATH"), ("input_data_dir", "INPUT_DATA_DIR")):
        settings[name] = environ.get(variable) or settings[name]
    for word in words:
        key, equals, text = word.lstrip("+").partition("=")
        key = key.removeprefix(f"{group}.")
        if not equals or key not in settings:
            raise BadSetting(f"Could not override '{word}'. The settings are: {', '.join(settings)}")
        settings[key] = read_value(text, settings[key], key)
    if settings["mode"] not in MODES:
        raise BadSetting(f"mode is '{settings['mode']}', which is none of {', '.join(MODES)}")
    return settings


def read_value(text, default, key):
    if isinstance(default, str):
        is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
        return ast.literal_eval(text) if is_quoted else text
    if isinstance(default, bool):
        if text.lower() not in ("true", "false"):
            raise BadSetting(f"{key} is '{text}', which is neither true nor false")
        return text.lower() == "true"
    try:
        return type(default)(text)
    except ValueError:
        raise BadSetting(f"{key} is '{text}', which is no number") from None


def find_files(settings, kind):
    """The files of a run in the order of their paths, each as the folder was given and its name."""
    folder = pathlib.Path(settings["input_data_dir"])
    files = sorted(path for path in folder.glob(settings["file_check_glob"]) if path.is_file())
    files = [path for path in files if not path.name.startswith(".")]
    if not files and not settings["allow_empty"]:
        raise FileNotFoundError(f"Folder {folder.absolute()} has no {kind} files to infer.")
    # A path of `./data` stays one: pathlib would leave the first two characters out.
    prefix = settings["input_data_dir"].rstrip("/")
    return [(f"{prefix}/{path.relative_to(folder).as_posix()}", path) for path in files]


def open_model(path):
    """The folder of a model: as it is, or unpacked where SageMaker brought its archive."""
    folder = pathlib.Path(path)
    archive = folder if folder.name.endswith(".tar.gz") else folder / "model.tar.gz"
    if not archive.is_file():
        if folder.is_dir():
            return folder
        raise FileNotFoundError(f"No model is at {folder.absolute()}")
    unpacked = pathlib.Path(tempfile.mkdtemp(prefix="model-"))
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked)
    return unpacked


def sha256_of(content):
    return hashlib.sha256(content).hexdigest()


def version_of(folder):
    """What tells two models apart: a hash of their files."""
    digest = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{sha256_of(path.read_bytes())}\n".encode())
    return digest.hexdigest()


def now():
    """The time in UTC; SOURCE_DATE_EPOCH stops the clock, so that two runs can be compared."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    utc = datetime.timezone.utc
    time = datetime.datetime.now(utc) if seconds is None else datetime.datetime.fromtimestamp(int(seconds), utc)
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")


def done_files(output, path_key):
    """The paths that have a row; half a line that a killed run left is cut off."""
    if not output.exists():
        return set()
    content = output.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        output.write_bytes(whole)
    return {json.loads(line)[path_key] for line in whole.decode("utf-8").splitlines()}


def set_up_logs(log_dir):
    """JSON to stderr; with a folder also debug.log, info.log and errors.log in it."""
    LOGGER.setLevel(logging.DEBUG)
    LOGGER.handlers.clear()
    console = logging.StreamHandler()
    console.setLevel(logging.INFO)
    handlers = [console]
    if log_dir:
        os.makedirs(log_dir, exist_ok=True)
        for name, level in (("debug", logging.DEBUG), ("info", logging.INFO), ("errors", logging.ERROR)):
            file = logging.handlers.RotatingFileHandler(
                os.path.join(log_dir, f"{name}.log"), maxBytes=10_485_760, backupCount=20, encoding="utf8", delay=True
            )
            file.setLevel(level)
            handlers.append(file)
    for handler in handlers:
        handler.setFormatter(JsonFormatter())
        LOGGER.addHandler(handler)


class JsonFormatter(logging.Formatter):
    def format(self, record):
        time = datetime.datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%dT%H:%M:%S%z")
        return json.dumps(
            {
                "asctime": time,
                "process": record.process,
                "name": record.name,
                "levelname": record.levelname,
                "message": record.getMessage(),
            }
        )


def infer(files, settings, predict, path_key, empty, model):
    """Writes a row for every file that has none; returns how many were written, and how many of them are errors."""
    output = pathlib.Path(settings["output_path"])
    output.parent.mkdir(parents=True, exist_ok=True)
    if settings["mode"] == "overwrite":
        output.unlink(missing_ok=True)
    done = done_files(output, path_key) if settings["mode"] == "resume" else set()
    rows = errors = 0
    with output.open("a", encoding="utf-8", newline="\n") as out:
        for shown, path in files:
            if shown in done:
                continue
            content = path.read_bytes()
            row = {"time": now(), path_key: shown}
            try:
                row.update(predict(content))
            except BadFile as fault:
                row.update({**empty, "error": str(fault)})
                errors += 1
                LOGGER.error(f"{shown}: {fault}")
            if settings["lineage"]:
                row.update(input_sha256=sha256_of(content), model=model, run=os.environ.get("RUN_ID"))
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            out.flush()
            rows += 1
    return rows, errors


def run(words, group, own, kind, path_key, empty, load):
    """A whole run; returns the exit code. `load` makes a predicting function of a model's folder and the settings."""
    try:
        settings = read_settings(words, group, own, os.environ)
        set_up_logs(settings["log_dir"])
        LOGGER.info("Setting up logging configuration.")
        # Before the model: a wrong model must not hide an empty folder.
        files = find_files(settings, kind)
        LOGGER.info("Loading the model...")
        folder = open_model(settings["model_path"])
        predict = load(folder, settings)
    except (BadSetting, FileNotFoundError) as fault:
        print(fault, file=sys.stderr)
        return 1
    model = version_of(folder)
    LOGGER.info(f"Conducting inferencing on {kind} files...")
    rows, errors = infer(files, settings, predict, path_key, empty, model)
    output = pathlib.Path(settings["output_path"]).absolute()
    lineage = {
        "run": os.environ.get("RUN_ID"),
        "model": os.environ.get("MODEL"),
        "model_sha256": model,
        "files": len(files),
        "rows": rows,
        "errors": errors,
        "inputs": [{"file": shown, "sha256": sha256_of(path.read_bytes())} for shown, path in files],
    }
    output.with_suffix(".lineage.json").write_text(json.dumps(lineage, indent=2) + "\n")
    LOGGER.info("Batch inferencing has completed.")
    LOGGER.info(f"Output result location: {output}")
    print(f"files={len(files)}; rows={rows}; errors={errors};")
    return SOME_FAILED if errors and settings["fail_on_error"] else 0
