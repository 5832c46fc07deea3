"""pipelines/batch_inference with the SageMaker Python SDK: prints the definition. With --mocked no client of AWS is made."""

import io
import logging
import os
import sys
import warnings

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

import boto3
from botocore.awsrequest import AWSResponse
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.transformer import Transformer
from sagemaker.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.execution_variables import ExecutionVariables
from sagemaker.workflow.steps import ProcessingStep, TransformStep
from urllib3 import HTTPResponse

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "pipelines", "batch_inference")

BUCKETS = b"""<ListAllMyBucketsResult><Buckets><Bucket>
<Name>bucket</Name><CreationDate>2024-01-01T00:00:00Z</CreationDate>
</Bucket></Buckets></ListAllMyBucketsResult>"""


def answer(request, **_):
    """Every request, the upload of the script among them, is answered here and at once: the clients are real, AWS is not."""
    return AWSResponse(request.url, 200, {}, HTTPResponse(io.BytesIO(BUCKETS), preload_content=False))


def real_clients():
    boto = boto3.Session(region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    boto.events.register("before-send", answer)
    return PipelineSession(boto_session=boto, default_bucket="bucket")


def mocked_clients():
    from unittest.mock import Mock

    return PipelineSession(boto_session=Mock(region_name="us-east-1"), sagemaker_client=Mock(), default_bucket="bucket")


session = mocked_clients() if "--mocked" in sys.argv else real_clients()

input_data_url = ParameterString(
    name="InputDataUrl", default_value="s3://sagemaker-sample-files/datasets/tabular/uci_abalone/abalone.csv"
)
processing_instance_type = ParameterString(name="ProcessingInstanceType", default_value="ml.m5.large")
processing_instance_count = ParameterInteger(name="ProcessingInstanceCount", default_value=1)
inference_instance_type = ParameterString(name="InferenceInstanceType", default_value="ml.m5.large")
inference_instance_count = ParameterInteger(name="InferenceInstanceCount", default_value=1)
model_name = ParameterString(name="ModelName")

processor = SKLearnProcessor(
    framework_version="1.2-1",
    instance_type=processing_instance_type,
    instance_count=processing_instance_count,
    env={"RUN_ID": ExecutionVariables.PIPELINE_EXECUTION_ID, "MODEL": model_name},
    role="arn:aws:iam::111122223333:role/SageMakerRole",
    sagemaker_session=session,
)
preprocess = ProcessingStep(
    name="PreprocessData",
    step_args=processor.run(
        code=os.path.join(FOLDER, "preprocess.py"),
        inputs=[ProcessingInput(input_name="data", source=input_data_url, destination="/opt/ml/processing/input/data")],
        outputs=[
            ProcessingOutput(output_name="inference", source="/opt/ml/processing/output/inference"),
            ProcessingOutput(output_name="lineage", source="/opt/ml/processing/output/lineage"),
        ],
        arguments=["--lineage", "/opt/ml/processing/output/lineage"],
    ),
)

transformer = Transformer(
    model_name=model_name,
    instance_type=inference_instance_type,
    instance_count=inference_instance_count,
    accept="text/csv",
    assemble_with="Line",
    sagemaker_session=session,
)
predict = TransformStep(
    name="Predict",
    step_args=transformer.transform(
        data=preprocess.properties.ProcessingOutputConfig.Outputs["inference"].S3Output.S3Uri,
        content_type="text/csv",
        split_type="Line",
        join_source="Input",
    ),
)

pipeline = Pipeline(
    name="batch-inference",
    parameters=[
        input_data_url,
        processing_instance_type,
        processing_instance_count,
        inference_instance_type,
        inference_instance_count,
        model_name,
    ],
    steps=[preprocess, predict],
    sagemaker_session=session,
)
print(pipeline.definition())
