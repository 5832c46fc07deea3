"""Asks the fake every operation it has through boto3, whose parser accepts only answers of AWS's shapes, and prints what came back."""

import datetime
import json
import sys

import boto3
from botocore.exceptions import ClientError

DEFINITION = json.dumps(
    {
        "Version": "2020-12-01",
        "Parameters": [{"Name": "Rows", "Type": "Integer"}],
        "Steps": [
            {"Name": "Prepare", "Type": "Processing", "Arguments": {}},
            {"Name": "Ask", "Type": "Callback", "Arguments": {}, "DependsOn": ["Prepare"]},
            {"Name": "Train", "Type": "Training", "Arguments": {}, "DependsOn": ["Ask"]},
        ],
    }
)
TOKEN = "t" * 32

sagemaker = boto3.client("sagemaker")
logs = boto3.client("logs")
said = {}


def refusal(call):
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def steps(execution):
    pages = sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=execution, SortOrder="Ascending"
    )
    sizes, found = [], []
    for page in pages:
        sizes.append(len(page["PipelineExecutionSteps"]))
        found.extend(page["PipelineExecutionSteps"])
    return sizes, found


def look(execution, times=1):
    for _ in range(times):
        answer = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    return answer["PipelineExecutionStatus"]


said["account"] = boto3.client("sts").get_caller_identity()["Account"]
said["missing"] = refusal(lambda: sagemaker.describe_pipeline(PipelineName="asking"))
pipeline = {"PipelineName": "asking", "PipelineDefinition": DEFINITION, "RoleArn": "arn:aws:iam::123456789012:role/Role"}
created = sagemaker.create_pipeline(**pipeline, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}])
said["taken"] = refusal(lambda: sagemaker.create_pipeline(**pipeline))
sagemaker.update_pipeline(PipelineName="asking", PipelineDescription="Asks")
said["description"] = sagemaker.describe_pipeline(PipelineName="asking")["PipelineDescription"]
sagemaker.add_tags(ResourceArn=created["PipelineArn"], Tags=[{"Key": "d", "Value": "4"}])
tags = sagemaker.get_paginator("list_tags").paginate(ResourceArn=created["PipelineArn"])
said["tags"] = [[tag["Key"] for tag in page["Tags"]] for page in tags]

start = {"PipelineName": "asking", "ClientRequestToken": TOKEN, "PipelineParameters": [{"Name": "Rows", "Value": "5"}]}
said["no parameter"] = refusal(lambda: sagemaker.start_pipeline_execution(PipelineName="asking"))
execution = sagemaker.start_pipeline_execution(**start)["PipelineExecutionArn"]
said["same token"] = sagemaker.start_pipeline_execution(**start)["PipelineExecutionArn"] == execution
said["other request"] = refusal(lambda: sagemaker.start_pipeline_execution(**{**start, "PipelineExecutionDisplayName": "x"}))
said["parameters"] = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=execution)["PipelineParameters"]
definition = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=execution)
said["definition"] = definition["PipelineDefinition"] == DEFINITION

said["waiting"] = look(execution, 6)
sizes, found = steps(execution)
said["pages"] = sizes
said["before"] = [[step["StepName"], step["StepStatus"]] for step in found]
said["times"] = all(isinstance(step["StartTime"], datetime.datetime) for step in found)
said["job"] = found[0]["Metadata"]["ProcessingJob"]["Arn"].rsplit("/", 1)[0]
callback = found[1]["Metadata"]["Callback"]["CallbackToken"]
group, stream = "/aws/sagemaker/ProcessingJobs", found[0]["Metadata"]["ProcessingJob"]["Arn"].rsplit("/", 1)[1]
streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{stream}/")["logStreams"]
events = logs.get_log_events(logGroupName=group, logStreamName=streams[0]["logStreamName"], limit=2, startFromHead=False)
said["log"] = [event["message"] for event in events["events"]]
said["no log"] = refusal(lambda: logs.describe_log_streams(logGroupName="/aws/none", logStreamNamePrefix="x"))

sagemaker.send_pipeline_execution_step_success(CallbackToken=callback, OutputParameters=[{"Name": "By", "Value": "me"}])
said["spent"] = refusal(lambda: sagemaker.send_pipeline_execution_step_success(CallbackToken=callback))
said["ended"] = look(execution, 6)
_, found = steps(execution)
job = found[2]["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[1]
trained = sagemaker.describe_training_job(TrainingJobName=job)
said["metric"] = [trained["FinalMetricDataList"][0]["Value"], trained["BillableTimeInSeconds"]]
processed = sagemaker.describe_processing_job(ProcessingJobName=stream)
said["processed"] = processed["ProcessingOutputConfig"]["Outputs"][0]["OutputName"]
said["no job"] = refusal(lambda: sagemaker.describe_transform_job(TransformJobName="none"))
said["outputs"] = found[1]["Metadata"]["Callback"]["OutputParameters"]
said["all pages"] = steps(execution)[0]
said["too late"] = refusal(lambda: sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution))

other = sagemaker.start_pipeline_execution(PipelineName="asking", PipelineParameters=[{"Name": "Rows", "Value": "6"}])
other = other["PipelineExecutionArn"]
look(other, 6)
token = steps(other)[1][1]["Metadata"]["Callback"]["CallbackToken"]
sagemaker.send_pipeline_execution_step_failure(CallbackToken=token, FailureReason="no")
said["failed"] = look(other)
said["reason"] = steps(other)[1][1]["FailureReason"]
sagemaker.retry_pipeline_execution(PipelineExecutionArn=other)
said["again"] = look(other)
said["attempts"] = [step["AttemptCount"] for step in steps(other)[1]]
sagemaker.stop_pipeline_execution(PipelineExecutionArn=other)
said["stopping"] = sorted({step["StepStatus"] for step in steps(other)[1]})
said["stopped"] = look(other)
third = sagemaker.start_pipeline_execution(
    PipelineName="asking",
    PipelineParameters=[{"Name": "Rows", "Value": "7"}],
    SelectiveExecutionConfig={"SourcePipelineExecutionArn": execution, "SelectedSteps": [{"StepName": "Train"}]},
)["PipelineExecutionArn"]
said["reused"] = [
    step["SelectiveExecutionResult"]["SourcePipelineExecutionArn"] == execution for step in steps(third)[1]
]
listed = sagemaker.get_paginator("list_pipeline_executions").paginate(PipelineName="asking")
order = [[summary["PipelineExecutionArn"] for summary in page["PipelineExecutionSummaries"]] for page in listed]
said["listed"] = order == [[third, other], [execution]]
json.dump(said, sys.stdout)
