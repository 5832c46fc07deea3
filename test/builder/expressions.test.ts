import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  definePipeline,
  emit,
  environment,
  execution,
  join,
  jsonGet,
  outputUri,
  parameter,
  quoted,
  step,
  unsafe,
} from 'sagemaker-pipelines';
import { emitted } from './emitted.ts';

const S = parameter.string({ default: 's' });
const N = parameter.integer({ default: 1 });
const train = step.custom('Train', 'Training', {});
const artefact = train.property('ModelArtifacts.S3ModelArtifacts');
const prepare = step.processing('Prepare', {
  AppSpecification: { ImageUri: 'img:1' },
  ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } },
  ProcessingOutputConfig: {
    Outputs: [{ OutputName: "o'x", S3Output: { S3Uri: 's3://b/x', S3UploadMode: 'EndOfJob' } }],
  },
});
const joined = (on: string, ...values: unknown[]): unknown => ({ 'Std:Join': { On: on, Values: values } });
const valueOf = (value: unknown): unknown => emitted(value, { S, N }).value;

describe('references', () => {
  test('are AWS’s Get, each by its kind', () => {
    expect(valueOf([S, execution.PipelineExecutionId, artefact])).toEqual([
      { Get: 'Parameters.S' },
      { Get: 'Execution.PipelineExecutionId' },
      { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' },
    ]);
  });

  test('escape quotes in the keys of outputs and maps', () => {
    expect(valueOf(prepare.output("o'x"))).toEqual({
      Get: String.raw`Steps.Prepare.ProcessingOutputConfig.Outputs['o\'x'].S3Output.S3Uri`,
    });
    expect(valueOf(prepare.properties.Environment.get('a.b é'))).toEqual({ Get: "Steps.Prepare.Environment['a.b é']" });
  });

  test('reach into lists by position and by name', () => {
    const { Outputs } = prepare.properties.ProcessingOutputConfig;
    expect(valueOf([Outputs.at(0).OutputName, Outputs.at("o'x").AppManaged])).toEqual([
      { Get: 'Steps.Prepare.ProcessingOutputConfig.Outputs[0].OutputName' },
      { Get: String.raw`Steps.Prepare.ProcessingOutputConfig.Outputs['o\'x'].AppManaged` },
    ]);
  });
});

describe('join', () => {
  test('as a tag puts known neighbours together', () => {
    expect(valueOf(join`s3://${'b'}/${S}/x${1}${true}`)).toEqual(
      joined('', 's3://b/', { Get: 'Parameters.S' }, '/x1true'),
    );
  });

  test('is plain text when all of it is known', () => {
    expect(valueOf([join`a${'b'}c`, join``, join('/', 'a', 1), join('-')])).toEqual(['abc', '', 'a/1', '']);
  });

  test('keeps a separator that is not empty, and the values beside it, as written', () => {
    expect(valueOf(join('/', 's3:/', 'b', S, 2))).toEqual(joined('/', 's3:/', 'b', { Get: 'Parameters.S' }, 2));
  });

  test('splices joins inside a tag, with their separators', () => {
    expect(valueOf(join`<${join('/', 'a', S, 'b')}${join`-${N}`}>`)).toEqual(
      joined('', '<a/', { Get: 'Parameters.S' }, '/b-', { Get: 'Parameters.N' }, '>'),
    );
  });

  test('of one expression casts it to text, and is left out for what is text already', () => {
    expect(valueOf([join`${N}`, join`${artefact}`])).toEqual([
      joined('', { Get: 'Parameters.N' }),
      joined('', { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' }),
    ]);
    expect(valueOf([join`${S}`, join`${execution.PipelineName}`, join`${environment.bucket}`])).toEqual([
      { Get: 'Parameters.S' },
      { Get: 'Execution.PipelineName' },
      { Get: 'Parameters.ArtifactBucket' },
    ]);
  });
});

describe('quoted', () => {
  test('is a JSON text, with every known piece escaped', () => {
    expect(valueOf(quoted('a "b" \\ é'))).toBe(String.raw`"a \"b\" \\ é"`);
    expect(valueOf(quoted(join`"${S}"`))).toEqual(
      joined('', String.raw`"\"`, { Get: 'Parameters.S' }, String.raw`\""`),
    );
  });
});

describe('jsonGet', () => {
  const file = (uri: unknown): unknown => ({ 'Std:JsonGet': { S3Uri: uri, Path: 'a.b' } });

  test('reads a property file', () => {
    expect(valueOf(jsonGet(prepare.propertyFile('Report' as never), 'auc'))).toEqual({
      'Std:JsonGet': { PropertyFile: { Get: 'Steps.Prepare.PropertyFiles.Report' }, Path: 'auc' },
    });
  });

  test('reads a file by its address, which AWS wants as a join even of one text', () => {
    expect(valueOf(jsonGet({ s3Uri: 's3://b/e.json' }, 'a.b'))).toEqual(file(joined('', 's3://b/e.json')));
    expect(valueOf(jsonGet({ s3Uri: S }, 'a.b'))).toEqual(file(joined('', { Get: 'Parameters.S' })));
    expect(valueOf(jsonGet({ s3Uri: join('/', S, 'e.json') }, 'a.b'))).toEqual(
      file(joined('/', { Get: 'Parameters.S' }, 'e.json')),
    );
  });

  test('keeps joins out of the join of its address', () => {
    const uri = join('/', join`s3://${S}`, 'e.json');
    expect(valueOf(jsonGet({ s3Uri: uri }, 'a.b'))).toEqual(
      file(joined('', 's3://', { Get: 'Parameters.S' }, '/e.json')),
    );
  });
});

describe('the environment', () => {
  test('is open for the account and literal for the region', () => {
    const { value, definition } = emitted([environment.bucket, environment.roleArn, environment.region]);
    expect(value).toEqual([{ Get: 'Parameters.ArtifactBucket' }, { Get: 'Parameters.ExecutionRoleArn' }, 'eu-west-1']);
    expect(definition.Parameters).toEqual([
      { Name: 'ArtifactBucket', Type: 'String' },
      { Name: 'ExecutionRoleArn', Type: 'String' },
    ]);
  });

  test('is declared only when it is used', () => {
    expect(emitted('x').definition.Parameters).toEqual([]);
  });

  test('has a place for every execution', () => {
    expect(valueOf(outputUri('predictions/csv'))).toEqual(
      joined(
        '',
        's3://',
        { Get: 'Parameters.ArtifactBucket' },
        '/',
        { Get: 'Execution.PipelineName' },
        '/',
        { Get: 'Execution.PipelineExecutionId' },
        '/predictions/csv',
      ),
    );
  });
});

describe('unsafe', () => {
  test('takes any JSON and any expression as it is', () => {
    expect(valueOf([unsafe<string>(null), unsafe<string[]>({ Get: 'Parameters.L' }), unsafe<number>(S)])).toEqual([
      null,
      { Get: 'Parameters.L' },
      { Get: 'Parameters.S' },
    ]);
  });
});

describe('an expression', () => {
  test('refuses to become text, and says what to write', () => {
    // A template literal compiles, so only the run can tell.
    const asText = (value: unknown): string => `<${value as string}>`;
    for (const value of [S, artefact, execution.PipelineName, prepare.properties.RoleArn]) {
      expect(() => asText(value)).toThrow(
        expect.objectContaining({ code: 'expression-as-text', fix: expect.stringContaining('join`') as string }),
      );
      expect(() => JSON.stringify({ value })).toThrow(expect.objectContaining({ code: 'expression-as-json' }));
    }
  });

  test('shows what it refers to when it is looked at', () => {
    expect([S, execution.PipelineName, prepare.properties.RoleArn].map((value) => inspect(value))).toEqual([
      'Expr(String parameter)',
      'Expr(Execution.PipelineName)',
      'Expr(Steps.Prepare.RoleArn)',
    ]);
  });

  test('has no members but AWS’s, so that await and test runners find none of theirs', async () => {
    const probed = prepare.properties.RoleArn as unknown as Record<string, unknown>;
    expect([probed['then'], probed['asymmetricMatch'], probed['$$typeof']]).toEqual([undefined, undefined, undefined]);
    expect((await Promise.resolve(probed)) === probed).toBe(true);
  });

  test('cannot be set', () => {
    expect(() => Object.assign(prepare.properties, { RoleArn: 'x' })).toThrow(
      expect.objectContaining({ code: 'property-assigned' }),
    );
  });
});

describe('values that are no JSON', () => {
  test('are reported with their place, all at once', () => {
    const { diagnostics } = emitted({ a: Number.NaN, b: [() => 1], c: Symbol('x'), d: train, e: 2n ** 70n });
    expect(diagnostics.every(({ code, severity }) => code === 'not-json' && severity === 'error')).toBe(true);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'Arguments.value.a of step Reader is NaN, which a definition cannot hold',
      'Arguments.value.b[0] of step Reader is a function, which a definition cannot hold',
      'Arguments.value.c of step Reader is a symbol, which a definition cannot hold',
      'Arguments.value.d of step Reader is step Train itself, which a definition cannot hold',
      'Arguments.value.e of step Reader is 1180591620717411303424n, which a definition cannot hold',
    ]);
  });

  test('do not include a member named __proto__, which stays what it is', () => {
    expect(JSON.stringify(valueOf(JSON.parse('{"__proto__": {"a": 1}, "b": 2}')))).toBe('{"__proto__":{"a":1},"b":2}');
  });

  test.each(['text', null, undefined, [1]])('are refused as the arguments of a step: %j', (args) => {
    const { definition, diagnostics } = emit(
      definePipeline({ name: 'p', steps: [step.training('T', args as never)] }),
      { region: 'eu-west-1' },
    );
    expect(diagnostics).toMatchObject([
      {
        code: 'not-json',
        path: 'Steps[0].Arguments',
        message: "The arguments of step T must be an object with AWS's members",
      },
    ]);
    expect(definition.Steps[0]!.Name).toBe('T');
  });

  test('that are undefined are left out, those that are null are kept', () => {
    expect(valueOf({ a: undefined, b: null, c: [undefined, 1] })).toEqual({ b: null, c: [1] });
  });

  test('include one that contains itself', () => {
    const round: { self?: unknown } = {};
    round.self = round;
    expect(emitted(round).diagnostics).toMatchObject([
      {
        code: 'not-json',
        path: 'Steps[0].Arguments.value.self',
        message: 'Arguments.value.self of step Reader is a value that contains itself, which a definition cannot hold',
      },
    ]);
  });

  test('include one that contains itself many times over, and one that does so through an expression', () => {
    const parent: { children?: unknown[]; text?: unknown } = {};
    parent.children = Array.from({ length: 9 }, () => ({ parent }));
    parent.text = join`x${unsafe<string>(parent)}`;
    const { diagnostics } = emitted(parent);
    expect(diagnostics.map(({ path }) => path)).toEqual([
      ...Array.from({ length: 9 }, (_, index) => `Steps[0].Arguments.value.children[${index}].parent`),
      'Steps[0].Arguments.value.text',
    ]);
  });

  test('do not include one object in two places', () => {
    const shared = { a: [1] };
    expect(valueOf({ one: shared, other: [shared, shared] })).toEqual({
      one: { a: [1] },
      other: [{ a: [1] }, { a: [1] }],
    });
  });
});
