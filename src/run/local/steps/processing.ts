import { mkdirSync } from 'node:fs';
import type { JsonObject } from '../../../definition/document.ts';
import type { ContainerJob } from '../containers/container.ts';
import { NOBODY } from '../registry.ts';
import { formatPlace, readPlace } from '../store/place.ts';
import { copyIn } from '../store/transfer.ts';
import { clearJob, jobFolder, programOf, runJob, serviceEnvironment } from './job.ts';
import { download, needInJob, reportIgnored, reportInstances, reportOutside, writeConfig } from './layout.ts';
import { at, numberAt, objectsAt, textAt } from './read.ts';
import type { PlannedStep, StepKind, StepResult, StepWork } from './step.ts';

const IGNORED = {
  NetworkConfig: 'jobs use the network of this machine',
  ExperimentConfig: 'no experiment is tracked',
  Tags: 'there is nothing to tag',
};

/** A Processing step: data is laid out, a program runs, what it leaves goes to the store. */
export const processing: StepKind = {
  inspect: (planned) => {
    const { given, step } = planned;
    inspectInputs(planned);
    for (const [index, output] of objectsAt(given, 'ProcessingOutputConfig', 'Outputs').entries()) {
      inspectOutput(output, `Arguments.ProcessingOutputConfig.Outputs[${index}]`, planned);
    }
    const cluster = 'Arguments.ProcessingResources.ClusterConfig';
    reportInstances(
      numberAt(given, 'ProcessingResources', 'ClusterConfig', 'InstanceCount'),
      `${cluster}.InstanceCount`,
      planned,
    );
    if (
      textAt(given, 'AppSpecification', 'ImageUri') === undefined &&
      at(given, 'AppSpecification', 'ImageUri') === undefined
    ) {
      planned.report('error', 'no-image', `${step.Name} names no image`, { below: 'Arguments.AppSpecification' });
    }
    reportIgnored(given, IGNORED, planned);
  },
  reads: ({ given }) => {
    return objectsAt(given, 'ProcessingInputs').flatMap((input, index) => {
      const uri = textAt(input, 'S3Input', 'S3Uri');
      return uri === undefined ? [] : [{ uri, below: `Arguments.ProcessingInputs[${index}].S3Input.S3Uri` }];
    });
  },
  containers: ({ given, step }) => {
    return textAt(given, 'AppSpecification', 'ImageUri') === undefined ? [] : [containerJob(given, step.Name, '/', {})];
  },
  run: async (work) => {
    const { given } = work;
    const folder = jobFolder(work);
    const started = work.now().toISOString();
    mkdirSync(folder, { recursive: true });
    const arn = `arn:aws:sagemaker:${work.region}:${NOBODY}:processing-job/${work.job}`;
    for (const input of objectsAt(given, 'ProcessingInputs')) await layInput(work, input, folder);
    const outputs = objectsAt(given, 'ProcessingOutputConfig', 'Outputs');
    for (const output of outputs) {
      mkdirSync(needInJob(folder, textAt(output, 'S3Output', 'LocalPath') ?? ''), { recursive: true });
    }
    writeConfig(folder, 'config/resourceconfig.json', { current_host: 'algo-1', hosts: ['algo-1'] });
    writeConfig(folder, 'config/processingjobconfig.json', {
      ...given,
      ProcessingJobArn: arn,
      ProcessingJobName: work.job,
    });
    const environment = { ...serviceEnvironment(work), PROCESSING_JOB_NAME: work.job, PROCESSING_JOB_ARN: arn };
    await runJob(work, containerJob(given, work.job, folder, environment));
    const links = [];
    for (const output of outputs) links.push(await upload(work, output, folder));
    clearJob(work);
    return describe(work, arn, started, links);
  },
};

function describe(work: StepWork, arn: string, started: string, outputs: StepResult['outputs']): StepResult {
  const properties = {
    ...work.given,
    ProcessingJobName: work.job,
    ProcessingJobArn: arn,
    ProcessingJobStatus: 'Completed',
    CreationTime: started,
    ProcessingStartTime: started,
    ProcessingEndTime: work.now().toISOString(),
  };
  return { properties, outputs, facts: {} };
}

function containerJob(
  given: JsonObject,
  name: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): ContainerJob {
  const image = textAt(given, 'AppSpecification', 'ImageUri') ?? '';
  return { kind: 'processing', name, image, folder, ...programOf(given, 'AppSpecification', environment) };
}

function inspectInputs(planned: PlannedStep): void {
  const { step, report, given } = planned;
  for (const [index, input] of objectsAt(given, 'ProcessingInputs').entries()) {
    const below = `Arguments.ProcessingInputs[${index}]`;
    const name = textAt(input, 'InputName') ?? String(index + 1);
    const refuse = (what: string, fix: string): void => {
      report('error', 'input-not-supported', `${step.Name} reads ${name} ${what}`, { below, fix });
    };
    reportOutside(at(input, 'S3Input', 'LocalPath'), `${below}.S3Input.LocalPath`, planned);
    if (isSet(input, 'DatasetDefinition')) refuse('out of a database', 'put an extract of it into an S3Input');
    else if (at(input, 'AppManaged') === true) refuse('by itself (AppManaged)', 'give it as an S3Input');
    else if (textAt(input, 'S3Input', 'S3InputMode') === 'Pipe') refuse('through a pipe', 'S3InputMode: File');
    else if (textAt(input, 'S3Input', 'S3CompressionType') === 'Gzip') refuse('compressed', 'S3CompressionType: None');
  }
}

function inspectOutput(output: JsonObject, below: string, planned: PlannedStep): void {
  const { step, report } = planned;
  const name = textAt(output, 'OutputName') ?? 'an output';
  reportOutside(at(output, 'S3Output', 'LocalPath'), `${below}.S3Output.LocalPath`, planned);
  if (isSet(output, 'FeatureStoreOutput')) {
    report('error', 'output-not-supported', `${step.Name} writes ${name} to a feature store`, {
      below,
      detail: 'there is none on this machine',
      fix: 'write it to an S3Output',
    });
  } else if (textAt(output, 'S3Output', 'S3UploadMode') === 'Continuous') {
    report('warning', 'uploaded-at-end', `${step.Name} uploads ${name} once its job has ended, not while it runs`, {
      below: `${below}.S3Output.S3UploadMode`,
    });
  }
}

function isSet(value: JsonObject, member: string): boolean {
  return value[member] !== undefined && value[member] !== null;
}

async function layInput(work: StepWork, input: JsonObject, folder: string): Promise<void> {
  const s3 = at(input, 'S3Input');
  const uri = textAt(s3, 'S3Uri');
  if (uri === undefined) return;
  const target = needInJob(folder, textAt(s3, 'LocalPath') ?? '');
  await download(work, { uri, dataType: textAt(s3, 'S3DataType') ?? 'S3Prefix' }, target);
}

async function upload(work: StepWork, output: JsonObject, folder: string) {
  const name = textAt(output, 'OutputName') ?? 'output';
  const uri = textAt(output, 'S3Output', 'S3Uri') ?? '';
  const localPath = textAt(output, 'S3Output', 'LocalPath') ?? '';
  const place = readPlace(uri);
  const count = await copyIn(work.store, place, needInJob(folder, localPath), { move: true });
  if (count === 0) {
    work.warn({
      code: 'empty-output',
      severity: 'warning',
      message: `${work.step.Name} left no files for its output ${name}`,
      detail: `there is nothing at ${localPath}`,
    });
  }
  return { title: name, target: formatPlace(place) };
}
