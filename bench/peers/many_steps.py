"""The twin of bench/many-steps.mjs with the SageMaker Python SDK: many_steps.py STEPS [--print]"""

import json
import logging
import resource
import sys
import time
import warnings

# A warning a step is left out: the terminal would be most of the time.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

from unittest.mock import Mock

from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor
from sagemaker.workflow.parameters import ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.steps import ProcessingStep

CHAIN = 100


def build(count):
    session = PipelineSession(boto_session=Mock(region_name="us-east-1"), sagemaker_client=Mock(), default_bucket="bucket")
    parameter = ParameterString(name="InputDataUrl", default_value="s3://bucket/input")
    steps = []
    for index in range(count):
        before = None if index % CHAIN == 0 else steps[index - 1]
        steps.append(job(index, parameter if before is None else output_of(before), session))
    return Pipeline(name="many-steps", parameters=[parameter], steps=steps, sagemaker_session=session)


def output_of(step):
    return step.properties.ProcessingOutputConfig.Outputs["data"].S3Output.S3Uri


def job(index, source, session):
    processor = Processor(
        image_uri="111122223333.dkr.ecr.us-east-1.amazonaws.com/image:1",
        entrypoint=["python3", "run.py"],
        env={"INDEX": str(index)},
        instance_count=1,
        instance_type="ml.m5.large",
        role="arn:aws:iam::111122223333:role/SageMakerRole",
        sagemaker_session=session,
    )
    arguments = processor.run(
        inputs=[ProcessingInput(input_name="data", source=source, destination="/opt/ml/processing/input")],
        outputs=[
            ProcessingOutput(
                output_name="data", source="/opt/ml/processing/output", destination=f"s3://bucket/output/{index}"
            )
        ],
    )
    return ProcessingStep(name=f"Step{index}", step_args=arguments)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


before = peak()
start = time.perf_counter()
pipeline = build(int(sys.argv[1]))
built = time.perf_counter()
text = pipeline.definition()
written = time.perf_counter()
figures = {
    "build": (built - start) * 1000,
    "emit": (written - built) * 1000,
    "whole": (written - start) * 1000,
    "before": before,
    "peak": peak(),
}
print(text if "--print" in sys.argv else json.dumps(figures))
