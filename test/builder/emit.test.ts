import { describe, expect, test } from 'vitest';
import { definePipeline, emit, environment, execution, isPipeline, join, parameter, step } from 'sagemaker-pipelines';
import { emitted } from './emitted.ts';

const REGION = { region: 'eu-west-1' };

describe('a document', () => {
  test('has the members that the Python SDK writes, in its order', () => {
    const { definition } = emit(definePipeline({ name: 'p', steps: [] }), REGION);
    expect(JSON.stringify(definition)).toBe(
      '{"Version":"2020-12-01","Metadata":{},"Parameters":[],"PipelineExperimentConfig":{"ExperimentName":{"Get":"Execution.PipelineName"},"TrialName":{"Get":"Execution.PipelineExecutionId"}},"Steps":[]}',
    );
  });

  test('tracks nothing when the author says so, and elsewhere when the author says where', () => {
    const steps = [step.fail('F', { ErrorMessage: '' })];
    const experimentOf = (experiment: Parameters<typeof definePipeline>[0]['experiment']): unknown =>
      emit(definePipeline({ name: 'p', steps, experiment }), REGION).definition.PipelineExperimentConfig;
    expect(experimentOf(null)).toBeNull();
    expect(experimentOf({ ExperimentName: 'e', TrialName: join`t-${execution.PipelineExecutionId}` })).toEqual({
      ExperimentName: 'e',
      TrialName: { 'Std:Join': { On: '', Values: ['t-', { Get: 'Execution.PipelineExecutionId' }] } },
    });
  });

  test('declares the parameters in the author’s order, then what only an account knows', () => {
    const Z = parameter.string({ enum: ['a', 'b'], default: 'a' });
    const A = parameter.integer({ default: 0 });
    const F = parameter.float();
    const B = parameter.boolean({ default: false });
    const E = parameter.string({ default: '' });
    const { definition } = emitted([environment.roleArn, environment.bucket], { Z, A, F, B, E });
    expect(definition.Parameters).toEqual([
      { Name: 'Z', Type: 'String', DefaultValue: 'a', EnumValues: ['a', 'b'] },
      { Name: 'A', Type: 'Integer', DefaultValue: 0 },
      { Name: 'F', Type: 'Float' },
      { Name: 'B', Type: 'Boolean', DefaultValue: false },
      { Name: 'E', Type: 'String', DefaultValue: '' },
      { Name: 'ArtifactBucket', Type: 'String' },
      { Name: 'ExecutionRoleArn', Type: 'String' },
    ]);
  });

  test('travels with what its JSON has no place for', () => {
    const pipeline = definePipeline({ name: 'p', description: 'd', tags: { team: 'x' }, parallelism: 3, steps: [] });
    expect(emit(pipeline, REGION)).toMatchObject({
      name: 'p',
      description: 'd',
      tags: { team: 'x' },
      parallelism: 3,
      assets: [],
    });
  });
});

describe('what AWS would refuse of a pipeline beside its document', () => {
  const steps = [step.fail('F', { ErrorMessage: '' })];
  const tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`tag${index}`, 'x']));
  test.each([
    [{ name: 'my_pipeline' }, 'illegal-name', 'warning', '"my_pipeline" is no name for a pipeline in AWS'],
    [
      { description: 'x'.repeat(3073) },
      'too-large',
      'error',
      'The description of p has 3073 characters; AWS takes 3072',
    ],
    [{ tags }, 'too-large', 'error', 'p has 51 tags; AWS takes 50'],
    [{ parallelism: 0 }, 'out-of-range', 'error', 'The parallelism of p must be a whole number from 1, this is 0'],
  ])('is told: %#', (part, code, severity, message) => {
    const { diagnostics } = emit(definePipeline({ name: 'p', steps, ...part }), REGION);
    expect(diagnostics).toMatchObject([{ code, severity, message }]);
  });
});

describe('a step', () => {
  test('has what it was told, member by member in AWS’s order', () => {
    const first = step.custom('First', 'Training', {});
    const options = {
      dependsOn: [first, 'First', 'Other'],
      displayName: 'The second',
      description: 'It waits',
      cache: '12h',
      retry: [
        { exceptions: ['Step.THROTTLING'], maxAttempts: 2 },
        { expireAfter: '1d', interval: '10s', backoffRate: 1.5 },
      ],
      siblings: { FunctionArn: environment.region },
    } as const;
    const second = step.custom('Second', 'Lambda', { a: 1 }, options);
    const { definition } = emit(definePipeline({ name: 'p', steps: [second] }), REGION);
    expect(JSON.stringify(definition.Steps[1])).toBe(
      JSON.stringify({
        Name: 'Second',
        Type: 'Lambda',
        Arguments: { a: 1 },
        DependsOn: ['First', 'Other'],
        DisplayName: 'The second',
        Description: 'It waits',
        RetryPolicies: [
          { BackoffRate: 2, IntervalSeconds: 1, MaxAttempts: 2, ExceptionType: ['Step.THROTTLING'] },
          {
            BackoffRate: 1.5,
            IntervalSeconds: 10,
            ExpireAfterMin: 1440,
            ExceptionType: [
              'Step.SERVICE_FAULT',
              'Step.THROTTLING',
              'SageMaker.JOB_INTERNAL_ERROR',
              'SageMaker.CAPACITY_ERROR',
              'SageMaker.RESOURCE_LIMIT',
            ],
          },
        ],
        CacheConfig: { Enabled: true, ExpireAfter: 'PT12H' },
        FunctionArn: 'eu-west-1',
      }),
    );
  });

  test('that calls the service alone retries only what a call can meet', () => {
    const model = step.model('M', { PrimaryContainer: { Image: 'i' } }, { retry: { maxAttempts: 2 } });
    const { definition } = emit(definePipeline({ name: 'p', steps: [model] }), REGION);
    expect(definition.Steps[0]!.RetryPolicies?.[0]?.ExceptionType).toEqual(['Step.SERVICE_FAULT', 'Step.THROTTLING']);
  });

  test.each([
    ['30d', { Enabled: true, ExpireAfter: 'P30D' }],
    ['45m', { Enabled: true, ExpireAfter: 'PT45M' }],
    ['10s', { Enabled: true, ExpireAfter: 'PT10S' }],
    [true, { Enabled: true }],
    [false, { Enabled: false }],
  ] as const)('with cache %s has %j', (cache, expected) => {
    const { definition } = emit(
      definePipeline({ name: 'p', steps: [step.custom('A', 'Training', {}, { cache })] }),
      REGION,
    );
    expect(definition.Steps[0]!.CacheConfig).toEqual(expected);
  });

  test('refuses a duration that is none', () => {
    const cache = '1.5h' as never;
    expect(() => step.custom('A', 'Training', {}, { cache })).toThrow(
      expect.objectContaining({ code: 'bad-duration' }),
    );
  });

  test('takes the account’s role where AWS wants one and the author gives none', () => {
    const container = { PrimaryContainer: { Image: 'i' } };
    const steps = [step.model('Open', container), step.model('Own', { ...container, ExecutionRoleArn: 'arn:own' })];
    const { definition } = emit(definePipeline({ name: 'p', steps }), REGION);
    expect(definition.Steps.map((each) => each.Arguments['ExecutionRoleArn'])).toEqual([
      { Get: 'Parameters.ExecutionRoleArn' },
      'arn:own',
    ]);
  });
});

describe('emit reports', () => {
  test('a parameter that is used and not listed, once, with the place where it was made', () => {
    const Hidden = parameter.string();
    const { diagnostics } = emitted({ a: Hidden, b: join`x${Hidden}` });
    expect(diagnostics).toMatchObject([
      {
        code: 'unlisted-parameter',
        severity: 'error',
        message: 'Step Reader uses a String parameter that the pipeline does not list',
        path: 'Steps[0].Arguments.value.a',
        detail: expect.stringMatching(/made at .*emit\.test\.ts:\d+$/) as string,
        fix: 'add it to `parameters` of definePipeline',
      },
    ]);
  });

  test.each(['ArtifactBucket', 'ExecutionRoleArn'])(
    'the name %s, which stands for what only an account knows',
    (name) => {
      expect(emitted('x', { [name]: parameter.string() }).diagnostics).toMatchObject([
        { code: 'reserved-parameter', path: 'Parameters[0]' },
      ]);
    },
  );

  test('one parameter under two names', () => {
    const P = parameter.string();
    expect(emitted(P, { A: P, B: P }).diagnostics).toMatchObject([
      {
        code: 'parameter-listed-twice',
        message: 'A and B are the same parameter; its references can carry only one name',
      },
    ]);
  });

  test('what is listed as a parameter and is none', () => {
    expect(emitted('x', { A: 'text' as never }).diagnostics).toMatchObject([
      { code: 'not-a-parameter', fix: 'A: parameter.string()' },
    ]);
  });

  test('a step that stands in two lists', () => {
    const twice = step.fail('Twice', { ErrorMessage: '' });
    const choice = step.condition('C', { Conditions: [], IfSteps: [twice] });
    expect(emit(definePipeline({ name: 'p', steps: [choice, twice] }), REGION).diagnostics).toMatchObject([
      { code: 'step-listed-twice', message: 'Step Twice stands in more than one list' },
    ]);
  });
});

describe('the origins', () => {
  test('name the author’s line of every step and parameter', () => {
    const P = parameter.string();
    const inner = step.fail('F', { ErrorMessage: P });
    const choice = step.condition('C', { Conditions: [], ElseSteps: [inner] });
    const { origins } = emit(definePipeline({ name: 'p', parameters: { P }, steps: [choice] }), REGION);
    expect(Object.keys(origins)).toEqual(['Steps[0]', 'Steps[0].Arguments.ElseSteps[0]', 'Parameters[0]']);
    expect(Object.values(origins).every((at) => /emit\.test\.ts:\d+$/.test(at))).toBe(true);
  });

  test('show both ends of a step that is made in a shared function', async () => {
    const { sharedFail } = await import('./shared-step.ts');
    const { origins } = emit(definePipeline({ name: 'p', steps: [sharedFail('F')] }), REGION);
    expect(origins['Steps[0]']).toMatch(/shared-step\.ts:\d+, called from .*emit\.test\.ts:\d+$/);
  });
});

describe('definePipeline', () => {
  test('makes a value that any copy of the library knows for a pipeline', () => {
    expect(isPipeline(definePipeline({ name: 'p', steps: [] }))).toBe(true);
    expect([isPipeline({ name: 'p', steps: [] }), isPipeline(null), isPipeline(undefined)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('refuses what is no step, and says what it got', () => {
    expect(() => definePipeline({ name: 'p', steps: [{} as never] })).toThrow(
      expect.objectContaining({
        code: 'not-a-step',
        message: 'A step was expected here, this is a value of type object',
      }),
    );
  });
});
