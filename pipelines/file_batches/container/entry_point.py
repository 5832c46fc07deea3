"""Starts a batch in a container: brings the model where it is missing, then predicts.

    KIND                 text or images: which infer_*.py
    PRED_MODEL_PATH      where the model is, or is put: the folder in which model.tar.gz or the model's own files lie
    PRED_MODEL_S3_URI    where it is fetched from when it is not there: s3://bucket/prefix, or one object of .tar.gz
    INPUT_DATA_DIR       the files
    OUTPUT_DIR           gets batch-infer-res.jsonl, lineage beside it and logs/

Words behind it are settings of the program, as in `lineage=true`. Credentials come from where boto3 finds them, and
AWS_ENDPOINT_URL_S3 names another object store than AWS's.
"""

import os
import pathlib
import re
import shutil
import sys
import tempfile


def fetch_model(uri, target):
    """Puts what lies at a URI into a folder that is whole as soon as it is there."""
    import boto3

    match = re.fullmatch(r"s3://([^/]+)/(.+)", uri)
    if match is None:
        sys.exit(f"PRED_MODEL_S3_URI is {uri}, which is no s3://bucket/key")
    bucket, key = match.groups()
    s3 = boto3.client("s3")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = pathlib.Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        if key.endswith(".tar.gz"):
            s3.download_file(bucket, key, str(unfinished / "model.tar.gz"))
        else:
            prefix, count = key.rstrip("/") + "/", 0
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for entry in page.get("Contents", []):
                    name = entry["Key"].removeprefix(prefix)
                    if name.endswith("/") or name == "":
                        continue
                    path = unfinished / name
                    if unfinished.resolve() not in path.resolve().parents:
                        sys.exit(f"{entry['Key']} would be put outside of {target}")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    s3.download_file(bucket, entry["Key"], str(path))
                    count += 1
            if count == 0:
                sys.exit(f"Nothing lies at {uri}")
        unfinished.chmod(0o755)
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def main():
    kind, model, data, output = (
        os.environ.get(name, "") for name in ("KIND", "PRED_MODEL_PATH", "INPUT_DATA_DIR", "OUTPUT_DIR")
    )
    if kind not in ("text", "images"):
        sys.exit(f'KIND is "{kind}", and has to be text or images')
    if not os.access(output, os.W_OK):
        user = f"{os.getuid()}:{os.getgid()}"
        sys.exit(f"{output} cannot be written to by {user}: give it to them (chown {user}), or run with --user")
    target = pathlib.Path(model)
    if not target.is_dir():
        uri = os.environ.get("PRED_MODEL_S3_URI")
        if not uri:
            sys.exit(f"No model is at {model}: mount it there, or say in PRED_MODEL_S3_URI where it can be had")
        print(f"fetching the model from {uri}", file=sys.stderr)
        fetch_model(uri, target)
    program = pathlib.Path(__file__).parent / f"infer_{kind}.py"
    settings = [
        f"model_path={model}",
        f"input_data_dir={data}",
        f"output_path={output}/batch-infer-res.jsonl",
        f"log_dir={output}/logs",
    ]
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, str(program), *settings, *sys.argv[1:]])


if __name__ == "__main__":
    main()
