import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject, StepDocument } from '../../../../src/definition/document.ts';
import { listRuns } from '../../../../src/run/local/read-runs.ts';
import { bench, documentOf, get, shellStep } from '../run-document.ts';

function trainingStep(script: string, more: JsonObject = {}, rest: Partial<StepDocument> = {}): StepDocument {
  const { MetricDefinitions = [], ...others } = more;
  return {
    Name: 'Train',
    Type: 'Training',
    Arguments: {
      AlgorithmSpecification: {
        TrainingImage: 'example.com/shell:1',
        TrainingInputMode: 'File',
        ContainerEntrypoint: ['/bin/sh', '-c', script],
        MetricDefinitions,
      },
      OutputDataConfig: { S3OutputPath: 's3://b/models' },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 },
      RoleArn: 'arn:aws:iam::111122223333:role/SageMaker',
      ...others,
    },
    ...rest,
  };
}

const channel = (name: string, uri: Json): Json => ({
  ChannelName: name,
  ContentType: 'text/csv',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri, S3DataDistributionType: 'FullyReplicated' } },
});

describe('a Training step', () => {
  test('finds its channels and settings where SageMaker has them', async () => {
    const { put, run } = bench();
    await put('s3://b/in/x.csv', 'x\n');
    const script = 'cp -r /opt/ml/input /opt/ml/output/data/seen; echo m > /opt/ml/model/m';
    const step = trainingStep(script, {
      InputDataConfig: [channel('train', 's3://b/in')],
      HyperParameters: { depth: { 'Std:Join': { On: '', Values: [get('Parameters.Depth')] } }, name: '"x"' },
    });
    const parameters = [{ Name: 'Depth', Type: 'Integer', DefaultValue: 3 }] as const;
    const ran = await run(documentOf([step], parameters));
    expect(ran.reasons).toEqual({ Train: undefined });
    const output = ran.events.find((event) => event.type === 'step-ended')!;
    const uri = output.outputs.find(({ title }) => title === 'output')!.target;
    expect(uri).toMatch(/^s3:\/\/b\/models\/pipelines-[a-z0-9]{12}-Train-[0-9a-f]{10}\/output\/output\.tar\.gz$/);
    const folder = join(ran.folder, 'unpacked');
    execFileSync('mkdir', [folder]);
    execFileSync('tar', ['-xzf', '-', '-C', folder], {
      input: readFileSync(join(ran.folder, '../../store', uri.slice('s3://'.length))),
    });
    const config = (name: string): unknown =>
      JSON.parse(readFileSync(join(folder, 'seen/config', `${name}.json`), 'utf8'));
    expect(readFileSync(join(folder, 'seen/data/train/x.csv'), 'utf8')).toBe('x\n');
    expect(config('hyperparameters')).toEqual({ depth: '3', name: '"x"' });
    expect(config('inputdataconfig')).toEqual({
      train: {
        TrainingInputMode: 'File',
        S3DistributionType: 'FullyReplicated',
        RecordWrapperType: 'None',
        ContentType: 'text/csv',
      },
    });
    expect(config('resourceconfig')).toMatchObject({ current_host: 'algo-1', hosts: ['algo-1'] });
  });

  test('leaves an archive that the next step finds by ModelArtifacts, and metrics out of its log', async () => {
    const { run, get: read } = bench();
    const train = trainingStep(
      'echo "loss: 0.5;"; echo "loss: 0.25;"; echo "rings: 9;" >&2; echo m > /opt/ml/model/m; ln -s m /opt/ml/model/n',
      {
        MetricDefinitions: ['loss', 'rings'].map((Name) => ({ Name, Regex: `${Name}: ([0-9\\.]+);` })),
      },
    );
    const lastOf = (name: string) => get(`Steps.Train.FinalMetricDataList['${name}'].Value`);
    const use = shellStep('Use', {
      script:
        'tar -tzf /opt/ml/processing/in/model/model.tar.gz > /opt/ml/processing/out/o/names; echo "$1" >> /opt/ml/processing/out/o/names',
      inputs: { model: get('Steps.Train.ModelArtifacts.S3ModelArtifacts') },
      outputs: { o: 's3://b/o' },
      words: [{ 'Std:Join': { On: ' ', Values: ['loss', 'rings'].map(lastOf) } }],
    });
    const ran = await run(documentOf([train, use]));
    expect(ran.reasons).toEqual({ Train: undefined, Use: undefined });
    expect(await read('s3://b/o/names')).toBe('m\nn\n0.25 9\n');
    expect(readdirSync(join(ran.folder, 'steps/Train'))).not.toContain('opt-ml');
  });

  test('fails with what it wrote to /opt/ml/output/failure', async () => {
    const { run } = bench();
    const ran = await run(documentOf([trainingStep('echo "no data today" > /opt/ml/output/failure; exit 2')]));
    expect(ran.reasons).toEqual({ Train: 'its program exited with 2: no data today' });
  });

  test('whose model has a link out of its folder fails and names it', async () => {
    const { run } = bench();
    const ran = await run(documentOf([trainingStep('ln -s /etc/hostname /opt/ml/model/host')]));
    expect(ran.reasons['Train']).toBe('host is a link that leads out of its folder: to /etc/hostname');
  });

  test('that leaves no model is told of, and its outputs uncompressed where asked', async () => {
    const { run, get: read } = bench();
    const step = trainingStep('echo d > /opt/ml/output/data/d', {
      OutputDataConfig: { S3OutputPath: 's3://b/models/', CompressionType: 'NONE' },
    });
    const ran = await run(documentOf([step]));
    expect(ran.events.flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic.code] : []))).toEqual([
      'empty-model',
    ]);
    const job = ran.events.find((event) => event.type === 'step-started')!.job!;
    expect(await read(`s3://b/models/${job}/output/data/d`)).toBe('d\n');
  });

  test('goes on from its checkpoints, also after a failure', async () => {
    const { run, get: read } = bench();
    const script =
      'cd /opt/ml/checkpoints; if [ -f c ]; then echo again >> c; else echo first > c; exit 1; fi; echo m > /opt/ml/model/m';
    const document = documentOf([trainingStep(script, { CheckpointConfig: { S3Uri: 's3://b/ck' } })]);
    expect((await run(document)).state).toBe('failed');
    expect((await run(document)).state).toBe('succeeded');
    expect(await read('s3://b/ck/c')).toBe('first\nagain\n');
  });

  test('goes on from the checkpoints that a killed runner left with its job', async () => {
    const { run, stateFolder, get: read } = bench();
    const script =
      'cd /opt/ml/checkpoints; if [ -f c ]; then echo again >> c; else echo first > c; exit 1; fi; echo m > /opt/ml/model/m';
    const document = documentOf([trainingStep(script, { CheckpointConfig: { S3Uri: 's3://b/ck' } })]);
    const { folder } = await run(document);
    // So a kill leaves it: nothing has ended, and nothing is in the store.
    rmSync(join(folder, 'steps/Train/result.json'));
    rmSync(join(stateFolder, 'store/b'), { recursive: true });
    const resumed = await run(document, { settings: { resume: listRuns(stateFolder)[0]! } });
    expect(resumed.states).toEqual({ Train: 'succeeded' });
    expect(await read('s3://b/ck/c')).toBe('first\nagain\n');
  });

  test('that asks for what this machine has not is refused before the run', async () => {
    const { run } = bench();
    const step = trainingStep('true', {
      InputDataConfig: [
        { ...(channel('a', 's3://b/a') as JsonObject), InputMode: 'Pipe' },
        { ChannelName: 'f', DataSource: { FileSystemDataSource: { FileSystemId: 'fs-1' } } },
      ],
      CheckpointConfig: { S3Uri: 's3://b/ck', LocalPath: '/tmp/ck' },
    });
    await expect(run(documentOf([step], []))).rejects.toMatchObject({
      failure: 'machine',
      code: 'cannot-run-here',
      diagnostics: [
        { code: 'input-not-supported', path: 'Steps[0].Arguments.InputDataConfig[0]' },
        { code: 'input-not-supported', path: 'Steps[0].Arguments.InputDataConfig[1]' },
        { code: 'path-outside-opt-ml', path: 'Steps[0].Arguments.CheckpointConfig.LocalPath' },
        { code: 'missing-input' },
      ],
    });
  });
});
