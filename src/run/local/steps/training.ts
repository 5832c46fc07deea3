import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../../definition/document.ts';
import type { Link } from '../../../definition/events.ts';
import { below } from '../../../s3/uri.ts';
import { archiveOf } from '../archive.ts';
import type { ContainerJob } from '../containers/container.ts';
import { NOBODY } from '../registry.ts';
import { type Place, formatPlace, readPlace } from '../store/place.ts';
import { writeObject } from '../store/store.ts';
import { copyIn, copyOut } from '../store/transfer.ts';
import { clearJob, jobFolder, programOf, runJob, serviceEnvironment } from './job.ts';
import { download, needInJob, reportIgnored, reportInstances, reportOutside, writeConfig } from './layout.ts';
import { inspectMetrics, metricReader } from './metrics.ts';
import { at, numberAt, objectsAt, textAt, textMapAt } from './read.ts';
import type { LeftWork, PlannedStep, StepKind, StepWork } from './step.ts';

const IGNORED = {
  VpcConfig: 'jobs use the network of this machine',
  EnableNetworkIsolation: 'jobs use the network of this machine',
  EnableManagedSpotTraining: 'this machine is not taken away',
  DebugHookConfig: 'nothing watches the training',
  DebugRuleConfigurations: 'nothing watches the training',
  ProfilerConfig: 'nothing watches the training',
  ProfilerRuleConfigurations: 'nothing watches the training',
  TensorBoardOutputConfig: 'what is written for TensorBoard stays with the job',
  ExperimentConfig: 'no experiment is tracked',
  Tags: 'there is nothing to tag',
};

const CHECKPOINTS = '/opt/ml/checkpoints';

/** A Training step: channels and settings are laid out, a program runs, its model goes to the store as an archive. */
export const training: StepKind = {
  inspect: (planned) => {
    const { given, step, report } = planned;
    inspectChannels(planned);
    const image = at(given, 'AlgorithmSpecification', 'TrainingImage');
    if (image === undefined || image === null) {
      report('error', 'no-image', `${step.Name} names no training image`, {
        below: 'Arguments.AlgorithmSpecification',
        detail: 'an algorithm of the Marketplace (AlgorithmName) runs on AWS alone',
      });
    }
    reportInstances(
      numberAt(given, 'ResourceConfig', 'InstanceCount'),
      'Arguments.ResourceConfig.InstanceCount',
      planned,
    );
    if (objectsAt(given, 'ResourceConfig', 'InstanceGroups').length > 0) {
      reportInstances(2, 'Arguments.ResourceConfig.InstanceGroups', planned);
    }
    reportOutside(at(given, 'CheckpointConfig', 'LocalPath'), 'Arguments.CheckpointConfig.LocalPath', planned);
    inspectMetrics(planned);
    reportIgnored(given, IGNORED, planned);
  },
  reads: ({ given }) =>
    objectsAt(given, 'InputDataConfig').flatMap((channel, index) => {
      const uri = textAt(channel, 'DataSource', 'S3DataSource', 'S3Uri');
      return uri === undefined
        ? []
        : [{ uri, below: `Arguments.InputDataConfig[${index}].DataSource.S3DataSource.S3Uri` }];
    }),
  containers: ({ given, step }) => {
    const image = textAt(given, 'AlgorithmSpecification', 'TrainingImage');
    return image === undefined ? [] : [containerJob(given, step.Name, '/', {})];
  },
  rescue: (left) => saveCheckpoints(left, jobFolder(left)),
  run: async (work) => {
    const { given, job } = work;
    const started = work.now();
    const folder = jobFolder(work);
    const arn = `arn:aws:sagemaker:${work.region}:${NOBODY}:training-job/${job}`;
    await layOut(work, folder);
    const metrics = metricReader(given);
    const environment = { ...serviceEnvironment(work), TRAINING_JOB_NAME: job, TRAINING_JOB_ARN: arn };
    const listening: StepWork = {
      ...work,
      listen: (stream, line) => {
        metrics.read(line, work.now().toISOString());
        work.listen(stream, line);
      },
    };
    try {
      await runJob(listening, containerJob(given, job, folder, environment));
    } finally {
      await saveCheckpoints(work, folder);
    }
    const outputs = await saveOutputs(work, folder);
    clearJob(work);
    const ended = work.now();
    const seconds = Math.max(1, Math.ceil((ended.getTime() - started.getTime()) / 1000));
    const final = metrics.final();
    const properties: JsonObject = {
      ...given,
      TrainingJobName: job,
      TrainingJobArn: arn,
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: outputs[0]!.target },
      FinalMetricDataList: final,
      CreationTime: started.toISOString(),
      TrainingStartTime: started.toISOString(),
      TrainingEndTime: ended.toISOString(),
      LastModifiedTime: ended.toISOString(),
      TrainingTimeInSeconds: seconds,
      BillableTimeInSeconds: seconds,
    };
    const facts = Object.fromEntries(final.map((metric) => [metric['MetricName'], metric['Value']] as [string, Json]));
    return { properties, outputs, facts };
  },
};

/** The places in S3 that a training request names as its input. */
export function placesReadBy(given: JsonObject): string[] {
  return objectsAt(given, 'InputDataConfig').flatMap(
    (channel) => textAt(channel, 'DataSource', 'S3DataSource', 'S3Uri') ?? [],
  );
}

function inspectChannels(planned: PlannedStep): void {
  const { given, step, report } = planned;
  for (const [index, channel] of objectsAt(given, 'InputDataConfig').entries()) {
    const name = textAt(channel, 'ChannelName') ?? 'training';
    const refuse = (what: string, fix: string): void => {
      report('error', 'input-not-supported', `${step.Name} reads its channel ${name} ${what}`, {
        below: `Arguments.InputDataConfig[${index}]`,
        fix,
      });
    };
    const mode = textAt(channel, 'InputMode') ?? textAt(given, 'AlgorithmSpecification', 'TrainingInputMode') ?? 'File';
    const type = textAt(channel, 'DataSource', 'S3DataSource', 'S3DataType') ?? 'S3Prefix';
    if (at(channel, 'DataSource', 'FileSystemDataSource') !== undefined)
      refuse('from a file system', 'give it as S3 data');
    else if (at(channel, 'DataSource', 'DatasetSource') !== undefined) refuse('from a dataset', 'give it as S3 data');
    else if (mode === 'Pipe') refuse('through a pipe', 'InputMode: File');
    else if (type === 'AugmentedManifestFile') refuse('through an augmented manifest', 'S3DataType: ManifestFile');
    else if (textAt(channel, 'CompressionType') === 'Gzip') refuse('compressed', 'CompressionType: None');
    else if (mode === 'FastFile') {
      report(
        'note',
        'copied-first',
        `${step.Name} gets its channel ${name} as a copy, not as files read from S3 on demand`,
      );
    }
  }
}

function containerJob(
  given: JsonObject,
  name: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): ContainerJob {
  const image = textAt(given, 'AlgorithmSpecification', 'TrainingImage') ?? '';
  const hyperparameters = textMapAt(given, 'HyperParameters');
  return {
    kind: 'training',
    name,
    image,
    folder,
    hyperparameters,
    ...programOf(given, 'AlgorithmSpecification', environment),
  };
}

// https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
async function layOut(work: StepWork, folder: string): Promise<void> {
  const { given } = work;
  for (const name of ['model', 'output/data', 'input/data']) mkdirSync(join(folder, name), { recursive: true });
  const channels: Record<string, Json> = {};
  for (const channel of objectsAt(given, 'InputDataConfig')) {
    const name = textAt(channel, 'ChannelName') ?? 'training';
    const source = at(channel, 'DataSource', 'S3DataSource');
    const uri = textAt(source, 'S3Uri');
    if (uri === undefined) continue;
    const dataType = textAt(source, 'S3DataType') ?? 'S3Prefix';
    await download(work, { uri, dataType }, needInJob(folder, `/opt/ml/input/data/${name}`));
    channels[name] = {
      TrainingInputMode: 'File',
      S3DistributionType: textAt(source, 'S3DataDistributionType') ?? 'FullyReplicated',
      RecordWrapperType: textAt(channel, 'RecordWrapperType') ?? 'None',
      ...(textAt(channel, 'ContentType') === undefined ? {} : { ContentType: textAt(channel, 'ContentType')! }),
    };
  }
  writeConfig(folder, 'input/config/hyperparameters.json', textMapAt(given, 'HyperParameters'));
  writeConfig(folder, 'input/config/inputdataconfig.json', channels);
  const type = textAt(given, 'ResourceConfig', 'InstanceType') ?? 'local';
  const group = { instance_group_name: 'homogeneousCluster', instance_type: type, hosts: ['algo-1'] };
  writeConfig(folder, 'input/config/resourceconfig.json', {
    current_host: 'algo-1',
    current_instance_type: type,
    current_group_name: 'homogeneousCluster',
    hosts: ['algo-1'],
    instance_groups: [group],
    network_interface_name: 'lo',
  });
  const checkpoints = checkpointsOf(given, folder);
  if (checkpoints === undefined) return;
  mkdirSync(checkpoints.folder, { recursive: true });
  await work.obtain(formatPlace(checkpoints.place));
  await copyOut(work.store, checkpoints.place, checkpoints.folder);
}

function checkpointsOf(given: JsonObject, folder: string): { place: Place; folder: string } | undefined {
  const uri = textAt(given, 'CheckpointConfig', 'S3Uri');
  if (uri === undefined) return undefined;
  const path = textAt(given, 'CheckpointConfig', 'LocalPath') ?? CHECKPOINTS;
  return { place: readPlace(uri), folder: needInJob(folder, path) };
}

/** What a job that failed has saved on its way is what the next one begins with. */
async function saveCheckpoints({ given, store }: LeftWork, folder: string): Promise<void> {
  const checkpoints = checkpointsOf(given, folder);
  if (checkpoints !== undefined && existsSync(checkpoints.folder))
    await copyIn(store, checkpoints.place, checkpoints.folder);
}

async function saveOutputs(work: StepWork, folder: string): Promise<Link[]> {
  const { given, job, store, step } = work;
  const root = below(below(readPlace(textAt(given, 'OutputDataConfig', 'S3OutputPath') ?? ''), job), 'output');
  const isPlain = textAt(given, 'OutputDataConfig', 'CompressionType') === 'NONE';
  const save = async (name: 'model' | 'output', path: string): Promise<Link | undefined> => {
    const from = join(folder, path);
    if (isPlain) {
      const place = below(root, `${name === 'model' ? 'model' : 'data'}/`);
      const count = await copyIn(store, place, from, { move: true });
      return count === 0 ? undefined : { title: name, target: formatPlace(place) };
    }
    const archive = await archiveOf({ path: from, job: folder });
    if (archive === undefined) return undefined;
    const place = below(root, `${name}.tar.gz`);
    await writeObject(store, place, archive);
    return { title: name, target: formatPlace(place) };
  };
  const model = await save('model', 'model');
  if (model === undefined) {
    work.warn({
      code: 'empty-model',
      severity: 'warning',
      message: `${step.Name} left no model`,
      detail: 'there is nothing in /opt/ml/model',
      fix: 'let the script save it there: SM_MODEL_DIR has the path',
    });
  }
  const data = await save('output', 'output/data');
  // The service names the archive in ModelArtifacts whether there is one or not.
  const named = { title: 'model', target: formatPlace(below(root, isPlain ? 'model/' : 'model.tar.gz')) };
  return [model ?? named, ...(data === undefined ? [] : [data])];
}
