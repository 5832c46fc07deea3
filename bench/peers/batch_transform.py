"""Runs the local mode's own transform of the SageMaker Python SDK against a model server: PORT INPUT-FOLDER OUTPUT-FOLDER."""

import logging
import resource
import sys
import warnings
from types import SimpleNamespace

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

from sagemaker.local.entities import _LocalTransformJob  # noqa: E402
from sagemaker.local.local_session import LocalSagemakerRuntimeClient  # noqa: E402

port, source, target = int(sys.argv[1]), sys.argv[2], sys.argv[3]
config = {"local": {"serving_port": port}}
session = SimpleNamespace(
    config=config,
    sagemaker_client=SimpleNamespace(describe_model=lambda name: {"PrimaryContainer": {}}),
    sagemaker_runtime_client=LocalSagemakerRuntimeClient(config),
)
job = _LocalTransformJob("bench", "model", session)
job.container = SimpleNamespace(stop_serving=lambda: None)
job._perform_batch_inference(
    {
        "DataSource": {"S3DataSource": {"S3Uri": f"file://{source}"}},
        "ContentType": "text/csv",
        "SplitType": "Line",
    },
    {"S3OutputPath": f"file://{target}", "Accept": "text/csv"},
    BatchStrategy="MultiRecord",
    MaxPayloadInMB=6,
)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
