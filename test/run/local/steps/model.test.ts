import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json, StepDocument } from '../../../../src/definition/document.ts';
import { findModel, findPackage, listPackages, setApproval } from '../../../../src/run/local/registry.ts';
import { type Bench, bench, documentOf, get, shellStep, unique } from '../run-document.ts';

const registryOf = ({ stateFolder }: Bench) => ({ folder: join(stateFolder, 'registry'), region: 'eu-west-1', unique });

const container = (ModelDataUrl: Json): Json => ({
  Image: 'example.com/serve:1',
  Environment: { A: '1' },
  ModelDataUrl,
});

function register(name: string, data: Json, rest: Partial<StepDocument> = {}): StepDocument {
  return {
    Name: name,
    Type: 'RegisterModel',
    Arguments: {
      ModelPackageGroupName: 'Abalone',
      InferenceSpecification: {
        Containers: [container(data)],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
    },
    ...rest,
  };
}

const create = (name: string, PrimaryContainer: Json): StepDocument => ({
  Name: name,
  Type: 'Model',
  Arguments: { ExecutionRoleArn: 'arn:aws:iam::111122223333:role/SageMaker', PrimaryContainer },
});

describe('a Model step', () => {
  test('makes a model that later steps and later runs find by its name', async () => {
    const tested = bench();
    await tested.put('s3://b/m/model.tar.gz', 'archive');
    const use = shellStep('Use', { script: 'echo $1', words: [get('Steps.Create.ModelName')] });
    const ran = await tested.run(documentOf([create('Create', container('s3://b/m/model.tar.gz')), use]));
    expect(ran.states).toEqual({ Create: 'succeeded', Use: 'succeeded' });
    const end = ran.events.find((event) => event.type === 'step-ended' && event.step === 'Create');
    const name = end?.type === 'step-ended' ? end.facts['model'] : undefined;
    expect(name).toMatch(/^pipelines-[a-z0-9]{12}-Create-[0-9a-f]{10}$/);
    expect(findModel(registryOf(tested), name as string)).toMatchObject({
      PrimaryContainer: { ModelDataUrl: 's3://b/m/model.tar.gz', Image: 'example.com/serve:1' },
    });
  });

  test('is not made without its data', async () => {
    const made = create('Create', container('s3://b/none'));
    await expect(bench().run(documentOf([made]))).rejects.toMatchObject({ diagnostics: [{ code: 'missing-input' }] });
    const later = { ...made, DependsOn: ['First'] };
    const ran = await bench().run(documentOf([shellStep('First', { script: 'true' }), later]));
    expect(ran.reasons['Create']).toBe('There is no model data at s3://b/none');
  });

  test('takes the containers of a model package, with what it adds to them', async () => {
    const tested = bench();
    await tested.put('s3://b/m.tar.gz', 'archive');
    const made = create('Create', { ModelPackageName: get('Steps.Register.ModelPackageArn'), Environment: { B: '2' } });
    const ran = await tested.run(documentOf([register('Register', 's3://b/m.tar.gz'), made]));
    const end = ran.events.find((event) => event.type === 'step-ended' && event.step === 'Create');
    const name = end?.type === 'step-ended' ? (end.facts['model'] as string) : '';
    expect(findModel(registryOf(tested), name)).toMatchObject({
      PrimaryContainer: { ModelDataUrl: 's3://b/m.tar.gz', Environment: { A: '1', B: '2' } },
    });
  });
});

describe('a RegisterModel step', () => {
  test('makes the next version of its group, and the service tells its ARN and state', async () => {
    const tested = bench();
    await tested.put('s3://b/m.tar.gz', 'archive');
    const first = register('First', 's3://b/m.tar.gz');
    const second = register('Second', 's3://b/m.tar.gz', { DependsOn: ['First'] });
    const tell = shellStep('Tell', {
      script: 'echo "$1 $2 $3" > /opt/ml/processing/out/o/told',
      words: ['Version', 'Arn', 'ApprovalStatus']
        .map((name) => get(`Steps.Second.Model${name === 'ApprovalStatus' ? '' : 'Package'}${name}`))
        .map((each) => ({ 'Std:Join': { On: '', Values: [each] } })),
      outputs: { o: 's3://b/o' },
    });
    await tested.run(documentOf([first, second, tell]));
    expect(await tested.get('s3://b/o/told')).toBe(
      '2 arn:aws:sagemaker:eu-west-1:000000000000:model-package/abalone/2 PendingManualApproval\n',
    );
    expect(listPackages(registryOf(tested), 'Abalone').map((each) => each.ModelPackageVersion)).toEqual([2, 1]);
  });

  test('run ten times at once makes ten versions', async () => {
    const tested = bench();
    await tested.put('s3://b/m.tar.gz', 'archive');
    const steps = Array.from({ length: 10 }, (_, index) => register(`R${index}`, 's3://b/m.tar.gz'));
    await Promise.all([tested.run(documentOf(steps.slice(0, 5))), tested.run(documentOf(steps.slice(5)))]);
    expect(listPackages(registryOf(tested), 'Abalone').length).toBe(10);
  });
});

describe('the registry', () => {
  test('lets the name of a group stand for its newest approved version', async () => {
    const tested = bench();
    const registry = registryOf(tested);
    await tested.put('s3://b/1.tar.gz', 'archive');
    await tested.put('s3://b/2.tar.gz', 'archive');
    await tested.run(documentOf([register('R', 's3://b/1.tar.gz')]));
    await tested.run(documentOf([register('R', 's3://b/2.tar.gz')]));
    expect(findModel(registry, 'Abalone')).toBeUndefined();
    setApproval(registry, findPackage(registry, 'abalone/1')!, 'Approved', '2026-01-01T00:00:00.000Z');
    expect(findModel(registry, 'Abalone')).toMatchObject({ Containers: [{ ModelDataUrl: 's3://b/1.tar.gz' }] });
    expect(findPackage(registry, 'Abalone')).toMatchObject({ ModelPackageVersion: 2 });
    expect(findPackage(registry, 'Abalone/3')).toBeUndefined();
  });
});
