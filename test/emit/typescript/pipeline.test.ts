import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Json, type PipelineDocument, type StepDocument, parse } from 'sagemaker-pipelines';
import * as fc from '../../support/fast-check.ts';
import { toTypeScript } from '../../../src/emit/typescript/pipeline.ts';
import { firstDifference } from '../../golden/difference.ts';
import { runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { compileModules, emittedBy, jsonOf } from './imported.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const GOLDEN = join(ROOT, 'test/golden/sdk');
const EXPERIMENT = {
  ExperimentName: { Get: 'Execution.PipelineName' },
  TrialName: { Get: 'Execution.PipelineExecutionId' },
};

function documentOf(Steps: readonly object[], Parameters: readonly object[] = []): PipelineDocument {
  const members = { Version: '2020-12-01', Metadata: {}, Parameters, PipelineExperimentConfig: EXPERIMENT, Steps };
  return members as unknown as PipelineDocument;
}

function lambda(name: string, args: object, more: object = {}): StepDocument {
  const FunctionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:f';
  return { Name: name, Type: 'Lambda', Arguments: args, FunctionArn, OutputParameters: [], ...more } as StepDocument;
}

function imported(document: PipelineDocument): string {
  const { text } = toTypeScript(document, { name: 'imported' });
  expect(firstDifference(jsonOf(document), emittedBy(text))).toBeUndefined();
  return text;
}

describe('the documents of the Python SDK', () => {
  const modules = new Map(
    readdirSync(GOLDEN)
      .filter((file) => file.endsWith('.json') && file !== 'gaps.json')
      .map((file) => [file, parse(readFileSync(join(GOLDEN, file), 'utf8')).document!] as const)
      .map(([file, document]) => [file.replace('.json', ''), imported(document)] as const),
  );

  test('become modules that compile under strict', async () => {
    expect(modules.size).toBeGreaterThan(40);
    expect((await compileModules(temporaryFolder(), modules)).stdout).toBe('');
  });

  test('become modules that are laid out as the formatter lays them out', async () => {
    const folder = temporaryFolder();
    for (const [name, text] of modules) writeFileSync(join(folder, `${name}.ts`), text);
    writeFileSync(join(folder, '.oxfmtrc.json'), JSON.stringify({ printWidth: 120, singleQuote: true }));
    const formatter = join(ROOT, 'node_modules/oxfmt/bin/oxfmt');
    const { stdout } = await runCommand(process.execPath, [formatter, '--list-different', '.'], { cwd: folder });
    // A path of members with three calls in it is broken by rules of its own.
    expect(stdout.split('\n').filter((line) => line.endsWith('.ts') && !line.includes('automl_min_best'))).toEqual([]);
  });

  test('read as an author would write them', () => {
    expect(modules.get('condition')).toContain(
      `when(jsonGet<number>(proc.propertyFile('Ev'), 'a.b.value'), '>', 1),
      when(I, '>=', 2),`,
    );
    expect(modules.get('createmodelstep')).toContain('ModelDataUrl: train.properties.ModelArtifacts.S3ModelArtifacts');
    expect(modules.get('processing')).toContain(`propertyFiles: { Ev: { output: 'x', path: 'evaluation.json' } },`);
    expect(modules.get('processing')).toContain(`cache: '30d',`);
    expect(modules.get('processing')).toContain(`exceptions: ['Step.SERVICE_FAULT', 'Step.THROTTLING'],`);
  });
});

describe('a step', () => {
  test('stands behind the ones it refers to, and is listed where the document lists it', () => {
    const first = lambda('First', { a: { Get: "Steps.Second.OutputParameters['b']" } });
    const second = lambda('Second', {}, { OutputParameters: [{ OutputName: 'b', OutputType: 'String' }] });
    const text = imported(documentOf([first, second]));
    expect(text.indexOf('const second')).toBeLessThan(text.indexOf('const first'));
    expect(text).toContain(`{ a: second.output('b') }`);
    expect(text).toContain('steps: [first, second]');
  });

  test('that waits for one behind it in a circle says so by name', () => {
    const text = imported(documentOf([lambda('A', {}, { DependsOn: ['B'] }), lambda('B', {}, { DependsOn: ['A'] })]));
    expect(text).toMatch(/dependsOn: \['(A|B)'\]/);
  });

  test('of a type that there is no function for is custom, with the reason above it', () => {
    const text = imported(documentOf([{ Name: 'Track', Type: 'Lineage', Arguments: { Actions: [] } }]));
    expect(text).toContain(
      `// This library has no function for steps of type Lineage.\nconst track = step.custom('Track', 'Lineage', { Actions: [] });`,
    );
  });

  test('whose members its function cannot say is custom and keeps them', () => {
    const odd = lambda('Odd', {}, { CacheConfig: { Enabled: true, ExpireAfter: '10d' } });
    const text = imported(documentOf([odd, lambda('Reader', { a: { Get: "Steps.Odd.OutputParameters['x']" } })]));
    expect(text).toContain('// `step.lambda` has no words for its CacheConfig.');
    expect(text).toContain(`CacheConfig: { Enabled: true, ExpireAfter: '10d' }`);
    expect(text).toContain(`odd.property("OutputParameters['x']")`);
  });

  test('that leaves out what its function asks for is custom', () => {
    const endpoint = { Name: 'Serve', Type: 'Endpoint', Arguments: { EndpointConfigName: 'c' } };
    const config = { Name: 'Config', Type: 'EndpointConfig', Arguments: { ProductionVariants: [] } };
    const text = imported(documentOf([endpoint, config]));
    expect(text).toContain('// CreateEndpointInput needs EndpointName, which the document leaves out.');
    expect(text).toContain('// CreateEndpointConfigInput needs EndpointConfigName, which the document leaves out.');
  });

  test('that takes no role is custom, since its function would fill one in', () => {
    const model = { Name: 'Model', Type: 'Model', Arguments: { PrimaryContainer: { Image: 'i' } } };
    expect(imported(documentOf([model]))).toContain(`step.custom('Model', 'Model'`);
  });

  test('keeps members and values that the types refuse, each with the reason', () => {
    const args = {
      ModelName: 5,
      TransformInput: {
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/i' } },
        SplitType: 'Lines',
      },
      TransformOutput: { S3OutputPath: 's3://b/o' },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
      Brandnew: true,
    };
    const text = imported(documentOf([{ Name: 'Predict', Type: 'Transform', Arguments: args }]));
    expect(text).toContain('// The types want a text here.\n  ModelName: unsafe<string>(5),');
    expect(text).toContain(`// AWS's API has no such value here.\n    SplitType: unsafe<string>('Lines'),`);
    expect(text).toContain('// The types of CreateTransformJobRequest have no Brandnew.\n  ...{ Brandnew: true },');
  });

  test('inside a branch is listed in that branch', () => {
    const inner = lambda('Inner', { a: { Get: 'Steps.Choose.Outcome' } });
    const choose = { Conditions: [], IfSteps: [inner], ElseSteps: [] };
    const text = imported(documentOf([{ Name: 'Choose', Type: 'Condition', Arguments: choose }]));
    expect(text).toContain('{ Conditions: [], IfSteps: [inner] }');
    // Its condition can only be declared behind it.
    expect(text).toContain(`a: unsafe<string>({ Get: 'Steps.Choose.Outcome' })`);
  });

  test('is taken over as it is when its condition is one that no function writes', () => {
    const choose = { Conditions: [], IfSteps: [lambda('Inner', {})] };
    const text = imported(documentOf([{ Name: 'Choose', Type: 'Condition', Arguments: choose }]));
    expect(text).toContain(`step.custom('Choose', 'Condition'`);
  });
});

describe('names', () => {
  test('are identifiers, each its own, and none hides what the module imports', () => {
    const names = ['join', 'Join', 'class', '1st', 'Train-Model', 'TrainModel', 'XGBoost', 'λ', 'step', 'await'];
    const parameters = ['step', 'My-Param', 'Ok', 'when'].map((Name) => ({ Name, Type: 'String' }));
    const text = imported(
      documentOf(
        names.map((name) => lambda(name, { a: { Get: 'Parameters.step' } })),
        parameters,
      ),
    );
    const constants = [...text.matchAll(/^const (\S+) =/gm)].map((found) => found[1]);
    expect(constants.slice(0, 4)).toEqual(['stepParameter', 'myParam', 'Ok', 'whenParameter']);
    expect(constants.slice(4)).toEqual([
      'joinStep',
      'joinStep2',
      'classStep',
      'step1st',
      'trainModel',
      'trainModelStep',
      'xgBoost',
      'stepStep',
      'stepStep2',
      'awaitStep',
    ]);
    expect(text).toContain(`'My-Param': myParam`);
  });
});

test('nothing is imported for what became custom after all', () => {
  const process = {
    ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } },
    AppSpecification: { ImageUri: 'i' },
    RoleArn: 'r',
  };
  const check = {
    Name: 'Check',
    Type: 'QualityCheck',
    Arguments: process,
    CheckType: 'DATA_QUALITY',
    ModelPackageGroupName: 'g',
    // Of another type than its option, and what is missing behind it has no option at all.
    SkipCheck: { Get: 'Parameters.Text' },
  };
  const text = imported(documentOf([check], [{ Name: 'Text', Type: 'String' }]));
  expect(text).toContain(`import { definePipeline, parameter, step } from 'sagemaker-pipelines';`);
});

test('a list is compared as one value where a condition has one', () => {
  const condition = { Type: 'GreaterThan', LeftValue: { Get: 'Parameters.N' }, RightValue: [] };
  const choose = {
    Name: 'Choose',
    Type: 'Condition',
    Arguments: { Conditions: [condition], IfSteps: [], ElseSteps: [] },
  };
  const text = imported(documentOf([choose], [{ Name: 'N', Type: 'Integer' }]));
  expect(text).toContain(`when(N, '>', unsafe<number>([]))`);
});

test('the name of a step for models is the one that its author gave', () => {
  const model = (name: string): object => ({ Name: name, Type: 'RegisterModel', Arguments: {} });
  const names = ['ChurnModel-RegisterModel', 'Churn-RegisterModel', 'Register-RegisterModel', 'Model-CreateModel'];
  const text = imported(documentOf(names.map(model)));
  expect([...text.matchAll(/^const (\S+) =/gm)].map(([, name]) => name)).toEqual([
    'churnModel',
    'churnRegisterModel',
    'register',
    'modelCreateModel',
  ]);
});

describe('expressions', () => {
  const parameters = [
    { Name: 'Text', Type: 'String', DefaultValue: 'a', EnumValues: ['a', 'b'], Description: 'which' },
    { Name: 'Count', Type: 'Integer' },
  ];
  const args = (a: unknown): string => imported(documentOf([lambda('L', { a })], parameters));
  const joinOf = (On: string, ...Values: readonly Json[]): Json => ({ 'Std:Join': { On, Values } });

  test('are written as an author writes them', () => {
    expect(args(joinOf('', 's3://`${x}\\', { Get: 'Parameters.Text' }, '\r\n'))).toContain(
      'a: join`s3://\\`\\${x}\\\\${Text}\\r\\n`',
    );
    expect(args(joinOf('', { Get: 'Parameters.Count' }))).toContain('a: join`${Count}`');
    expect(args(joinOf('/', 's3:/', { Get: 'Execution.PipelineName' }))).toContain(
      `a: join('/', 's3:/', execution.PipelineName)`,
    );
    expect(args({ Get: 'Parameters.Text' })).toContain(
      `parameter.string({ enum: ['a', 'b'], default: 'a', description: 'which' })`,
    );
  });

  test.each([
    [joinOf('', 'a', 'b')],
    [joinOf('', { Get: 'Parameters.Text' })],
    [joinOf('/', 'a', 'b')],
    [joinOf('', 'a', joinOf('', 'b', { Get: 'Parameters.Count' }))],
    [{ Get: 'Parameters.Nobody' }],
    [{ Get: 'PipelineExperimentConfig.TrialName' }],
    [{ 'Std:JsonGet': { S3Uri: 's3://b/k', Path: 'a' } }],
  ])('that no function writes just so stand as the document has them: %j', (expression) => {
    expect(args(expression)).toContain('unsafe<string>({');
  });

  test('of what only an account knows are those of the environment', () => {
    const place = joinOf(
      '',
      's3://',
      { Get: 'Parameters.ArtifactBucket' },
      '/',
      { Get: 'Execution.PipelineName' },
      '/',
      { Get: 'Execution.PipelineExecutionId' },
      '/predictions',
    );
    const late = ['ArtifactBucket', 'ExecutionRoleArn'].map((Name) => ({ Name, Type: 'String' }));
    const text = imported(documentOf([lambda('L', { place, role: { Get: 'Parameters.ExecutionRoleArn' } })], late));
    expect(text).toContain(`{ place: outputUri('predictions'), role: environment.roleArn }`);
    expect(text).not.toContain('parameter');
  });
});

describe('what is odd about a document as a whole', () => {
  test.each([
    ['no list of parameters', { Parameters: undefined }],
    ['no experiment', { PipelineExperimentConfig: undefined }],
    ['an experiment that is off', { PipelineExperimentConfig: null }],
    [
      'an experiment of its own',
      { PipelineExperimentConfig: { ExperimentName: 'e', TrialName: { Get: 'Execution.PipelineName' } } },
    ],
    ['MLflow', { MlflowConfig: { MlflowResourceArn: 'arn' } }],
    ['metadata', { Metadata: { a: 1 } }],
    ['a parameter without a type', { Parameters: [{ Name: 'A', DefaultValue: 'x' }] }],
    [
      'two parameters of a name',
      {
        Parameters: [
          { Name: 'A', Type: 'String' },
          { Name: 'A', Type: 'Integer' },
        ],
      },
    ],
    ['a default of another type', { Parameters: [{ Name: 'A', Type: 'Integer', DefaultValue: 'x' }] }],
    ['a reserved name', { Parameters: [{ Name: 'ArtifactBucket', Type: 'String', DefaultValue: 'x' }] }],
    ['a reserved name that nothing reads', { Parameters: [{ Name: 'ArtifactBucket', Type: 'String' }] }],
  ])('is kept: %s', (_, members) => {
    const document = { ...documentOf([lambda('L', {})]), ...members } as unknown as PipelineDocument;
    const { text } = toTypeScript(document, { name: 'imported' });
    expect(emittedBy(text)).toEqual(jsonOf(document));
  });
});

test('any JSON in the arguments of a step comes out as it went in', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (args) => {
      // `Get` and `Std:` are the document's own words, of which the tests above speak.
      const value = JSON.parse(JSON.stringify(args)) as object;
      const document = documentOf([lambda('L', { value }), { Name: 'C', Type: 'New', Arguments: { value } }]);
      const { text } = toTypeScript(document, { name: 'imported' });
      expect(firstDifference(jsonOf(document), emittedBy(text))).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});

test('a chain of steps longer than the call stack is deep is written', () => {
  const steps = Array.from({ length: 5000 }, (_, index) =>
    lambda(`S${index}`, {}, index === 4999 ? {} : { DependsOn: [`S${index + 1}`] }),
  );
  const { text } = toTypeScript(documentOf(steps), { name: 'imported' });
  expect(text.match(/^const /gm)).toHaveLength(5000);
});
