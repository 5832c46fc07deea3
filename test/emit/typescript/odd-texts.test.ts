import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type Json, type PipelineDocument, parse } from 'sagemaker-pipelines';
import { toTypeScript } from '../../../src/emit/typescript/pipeline.ts';
import { firstDifference } from '../../golden/difference.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { compileModules, emittedBy } from './imported.ts';

const GOLDEN = resolve(import.meta.dirname, '../../golden/sdk');

/** Words of the language, of JavaScript's objects and of this library; what ends a text, a comment or a line; no letters. */
const ODD = [
  ['class', 'default', 'await', 'undefined', '__proto__', 'constructor', 'toString', 'then', 'any', 'never'],
  ['step', 'when', 'join', 'environment', 'sklearn', 'batchTransform', 'role', 'sklearnImage', 'library'],
  ["a'b", 'a"b', 'a`b', 'a\'b"c`d', 'a${b}c', 'a*/b', '// a', 'a\\', '\\u0041', '</script>', 'a\r\nb', '\u2028'],
  ['a b', 'a-b', 'a_b', 'aB', 'A-b', 'AB', 'ab', '$', '_', '', ' ', '1st', '12', '-1', '1e3', 'ünï', '日本', '😀'],
  ['a.b', 'a[0]', "['a']", '{"Get":"Parameters.x"}', 'x'.repeat(300)],
].flat();

interface Named {
  Name: string;
  readonly Type: string;
  readonly Arguments: { readonly IfSteps?: Named[]; readonly ElseSteps?: Named[] };
}

function stepsIn(steps: readonly Named[] = []): Named[] {
  return steps.flatMap((step) => [step, ...stepsIn(step.Arguments.IfSteps), ...stepsIn(step.Arguments.ElseSteps)]);
}

/** The document with other names for its steps and parameters, wherever they are referred to. */
function renamed(text: string, offset: number): PipelineDocument {
  const document = JSON.parse(text) as { readonly Steps: Named[]; readonly Parameters?: { Name: string }[] };
  let next = offset;
  const fresh = (): string => ODD[next++ % ODD.length]!;
  const steps = new Map(stepsIn(document.Steps).map(({ Name: name }) => [name, fresh()]));
  const parameters = new Map((document.Parameters ?? []).map(({ Name: name }) => [name, fresh()]));
  for (const step of stepsIn(document.Steps)) step.Name = steps.get(step.Name)!;
  for (const parameter of document.Parameters ?? []) parameter.Name = parameters.get(parameter.Name)!;
  const changed = JSON.stringify(document, (key, value: Json) => {
    if (key === 'DependsOn' && Array.isArray(value))
      return value.map((name: Json) => steps.get(name as string) ?? name);
    if (key !== 'Get' || typeof value !== 'string') return value;
    const [, root, name, rest] = /^(Steps|Parameters)\.([^.[]+)(.*)$/s.exec(value) ?? [];
    const other = root === 'Steps' ? steps.get(name!) : parameters.get(name ?? '');
    return other === undefined ? value : `${root!}.${other}${rest!}`;
  });
  return parse(changed).document!;
}

/** Steps of several types with a text wherever an author may write one. */
function filledWith(text: string): PipelineDocument {
  const members = JSON.parse(JSON.stringify({ a: text, b: [text, { c: text }] }).replace('"a"', JSON.stringify(text)));
  const join = { 'Std:Join': { On: text, Values: [text, { Get: 'Execution.PipelineName' }, text] } };
  const tag = { 'Std:Join': { On: '', Values: [text, { Get: 'Execution.PipelineName' }, text] } };
  const process = {
    ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } },
    AppSpecification: { ImageUri: text, ContainerArguments: [text, tag] },
    RoleArn: text,
    Environment: members as Json,
    ProcessingOutputConfig: {
      Outputs: [{ OutputName: text, S3Output: { S3Uri: text, LocalPath: text, S3UploadMode: 'EndOfJob' } }],
    },
  };
  const read = {
    output: { Get: `Steps.Process.ProcessingOutputConfig.Outputs['${text}'].S3Output.S3Uri` },
    file: { 'Std:JsonGet': { PropertyFile: { Get: `Steps.Process.PropertyFiles.${text}` }, Path: text } },
    given: { Get: `Steps.Ask.OutputParameters['${text}']` },
    map: { Get: `Steps.Process.Environment['${text}']` },
    join,
    tag,
  };
  const document = {
    Version: '2020-12-01',
    Metadata: members as Json,
    Parameters: [{ Name: 'P', Type: 'String', DefaultValue: text, EnumValues: [text, 'z'], Description: text }],
    PipelineExperimentConfig: { ExperimentName: text, TrialName: join },
    Steps: [
      {
        Name: 'Process',
        Type: 'Processing',
        Arguments: process,
        PropertyFiles: [{ PropertyFileName: text, OutputName: text, FilePath: text }],
      },
      {
        Name: 'Ask',
        Type: 'Lambda',
        Arguments: members as Json,
        FunctionArn: text,
        OutputParameters: [{ OutputName: text, OutputType: 'String' }],
        DisplayName: text,
        Description: text,
      },
      { Name: 'New', Type: text, Arguments: read, [`${text}!`]: text },
      {
        Name: 'Choose',
        Type: 'Condition',
        Arguments: {
          Conditions: [
            { Type: 'Equals', LeftValue: { Get: 'Parameters.P' }, RightValue: text },
            { Type: 'In', QueryValue: read.file, Values: [text, tag] },
          ],
          IfSteps: [{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: tag } }],
          ElseSteps: [{ Name: text, Type: 'Fail', Arguments: { ErrorMessage: text } }],
        },
        DependsOn: ['New', text],
      },
    ],
  };
  return parse(JSON.stringify(document)).document!;
}

test('whatever names and texts a document has, the module compiles and emits the document', async () => {
  const documents = new Map(ODD.map((text, index) => [`text-${index}`, filledWith(text)]));
  for (const [index, file] of readdirSync(GOLDEN).entries()) {
    if (!file.endsWith('.json') || file === 'gaps.json') continue;
    documents.set(`renamed-${file}`, renamed(readFileSync(join(GOLDEN, file), 'utf8'), index * 3));
  }
  const modules = new Map<string, string>();
  const differences: Record<string, string> = {};
  for (const [name, document] of documents) {
    const { text } = toTypeScript(document, { name: 'imported' });
    modules.set(name, text);
    const difference = firstDifference(document as unknown as Json, emittedBy(text));
    if (difference !== undefined) differences[name] = difference;
  }
  expect(differences).toEqual({});
  expect((await compileModules(temporaryFolder(), modules)).stdout).toBe('');
});

test('two thousand steps, each reading the one before, are imported in a module that emits them', () => {
  const steps = Array.from({ length: 2000 }, (_, index) => ({
    Name: `Call ${index}`,
    Type: 'Lambda',
    Arguments: index === 0 ? {} : { before: { Get: `Steps.Call ${index - 1}.OutputParameters['out']` } },
    FunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:f',
    OutputParameters: [{ OutputName: 'out', OutputType: 'String' }],
  }));
  const { document } = parse(JSON.stringify({ Version: '2020-12-01', Metadata: {}, Parameters: [], Steps: steps }));
  const { text } = toTypeScript(document!, { name: 'imported' });
  expect(text).toContain(`{ before: call1998.output('out') }`);
  expect(firstDifference(document as unknown as Json, emittedBy(text))).toBeUndefined();
});
