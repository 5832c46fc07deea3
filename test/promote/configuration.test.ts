import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { sample, string } from '../support/fast-check.ts';
import { generateStageConfigValidator } from '../../scripts/generate-stage-config-validator.mjs';
import { formatDiagnostic } from '../../src/definition/diagnostic.ts';
import type { PipelineError } from '../../src/definition/error.ts';
import { CONFIGURATION_FORMATS, asPythonJson, mergeParameters } from '../../src/promote/configuration-formats.ts';
import { type DeploymentFacts, deploymentParameters } from '../../src/promote/deployment-parameters.ts';
import { readStageConfig } from '../../src/promote/stage-config.ts';
import { checkAgainstTemplate, templateParameters } from '../../src/promote/template-parameters.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CONFIGURATION = {
  parameters: { Count: '1', Note: 'müde 🙂 "quoted"\u007f' },
  tags: { team: 'rings' },
};

describe('a configuration', () => {
  test.each([
    ['cfn', '[\n    "Count=1",\n    "Note=m\\u00fcde \\ud83d\\ude42 \\"quoted\\"\\u007f"\n]'],
    ['tf', '{\n    "Count": "1",\n    "Note": "m\\u00fcde \\ud83d\\ude42 \\"quoted\\"\\u007f"\n}'],
    [
      'codepipeline',
      '{\n    "Parameters": {\n        "Count": "1",\n        "Note": "m\\u00fcde \\ud83d\\ude42 \\"quoted\\"\\u007f"\n    },\n    "Tags": {\n        "team": "rings"\n    }\n}',
    ],
    [
      'cfn-parameters',
      '[\n    {\n        "ParameterKey": "Count",\n        "ParameterValue": "1"\n    },\n    {\n        "ParameterKey": "Note",\n        "ParameterValue": "m\\u00fcde \\ud83d\\ude42 \\"quoted\\"\\u007f"\n    }\n]',
    ],
    ['cfn-tags', '[\n    {\n        "Key": "team",\n        "Value": "rings"\n    }\n]'],
  ] as const)('is written as %s byte for byte', (format, expected) => {
    expect(CONFIGURATION_FORMATS[format](CONFIGURATION)).toBe(expected);
  });

  test('keeps the place of a key that is computed anew, and takes nothing that nobody knows', () => {
    const merged = mergeParameters({ b: '1', a: '2' }, { c: '3', b: '4', d: undefined });
    expect(Object.entries(merged)).toEqual([
      ['b', '4'],
      ['a', '2'],
      ['c', '3'],
    ]);
  });
});

describeWithPython('Python', () => {
  test('writes the same bytes', async () => {
    const texts = sample(string({ unit: 'binary' }), { numRuns: 300, seed: 4 });
    const value = { texts, empty: {}, none: [], nested: [{ a: { 'schlüssel\u2028': '\u0000\t\n"\\/' } }] };
    const script = 'import json,sys; json.dump(json.load(sys.stdin), sys.stdout, indent=4)';
    const { stdout } = await runCommand('python3', ['-c', script], { input: JSON.stringify(value) });
    expect(asPythonJson(value)).toBe(stdout);
  });
});

const FACTS: DeploymentFacts = {
  projectName: 'rings',
  projectId: 'p-1',
  packages: ['arn-1'],
  bucket: 'artifacts',
  environment: 'preprod',
  roleArn: 'role',
  subnetIds: 's-1,s-2',
  securityGroupIds: 'g-1',
  kmsKeyId: 'key',
  pipelineName: 'rings-p-1-staging',
  definitionKey: 'key.json',
  definitionText: '{}',
};

describe('what a release computes for a stack', () => {
  test('is what the tool for stacks has always written, in its order', () => {
    expect(Object.keys(deploymentParameters(FACTS, 'stack'))).toEqual([
      'SageMakerProjectName',
      'SageMakerProjectId',
      'ModelPackageName',
      'ProjectBucket',
      'Environment',
      'SubnetIds',
      'SGIds',
      'BatchPipeline',
      'PipelineDefinitionS3Key',
    ]);
  });

  test('is what the tool for CodePipeline has always written, with the definition inside', () => {
    expect(deploymentParameters(FACTS, 'codepipeline')).toEqual({
      SageMakerProjectName: 'rings',
      SageMakerProjectId: 'p-1',
      ModelPackageName: 'arn-1',
      ModelExecutionRoleArn: 'role',
      PipelineDefinitionBody: '{}',
    });
    const definitionText = ' '.repeat(4097);
    expect(() => deploymentParameters({ ...FACTS, definitionText }, 'codepipeline')).toThrow('4097 bytes');
    const declared = new Set(['PipelineDefinitionS3Key', 'ProjectBucket']);
    expect(deploymentParameters({ ...FACTS, definitionText }, 'codepipeline', declared)).toMatchObject({
      PipelineDefinitionS3Key: 'key.json',
      ProjectBucket: 'artifacts',
    });
  });

  test('has what the template declares beside it', () => {
    const computed = deploymentParameters(FACTS, 'stack', new Set(['KmsKeyId', 'ModelExecutionRoleArn', 'Other']));
    expect(computed).toMatchObject({ KmsKeyId: 'key', ModelExecutionRoleArn: 'role' });
    expect(computed).not.toHaveProperty('Other');
  });
});

/** What reading a configuration comes to, as the reader sees it. */
function faultOf(text: string, stages: readonly string[] = ['staging'], name = 'staging-config.json'): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  try {
    readStageConfig(file, stages);
  } catch (thrown) {
    const { message, diagnostics, fix } = thrown as PipelineError;
    const lines = diagnostics.map((one) => formatDiagnostic(one));
    return [...lines, message, ...(fix === undefined ? [] : [`fix: ${fix}`])]
      .join('\n')
      .replaceAll(file, 'config.json');
  }
  return 'none';
}

describe('the configuration of a stage', () => {
  test.each([
    ['{"StageName": "staging", "Parameters": {"A": "1"}, "Tags": {"t": "v"}}'],
    ['{"Parameters": {"StageName": "staging", "A": "1"}}'],
    ['\uFEFF{"$schema": "./stage-config.schema.json", "StageName": "staging", "Parameters": {}}'],
  ])('%s is right', (text) => {
    expect(faultOf(text)).toBe('none');
  });

  test('is flat for Terraform, and its stage is no variable', () => {
    const file = join(temporaryFolder(), 'pre-prod-config.tfvars.json');
    writeFileSync(file, '{"StageName": "staging", "Count": "1"}');
    expect(readStageConfig(file, ['staging'])).toMatchObject({ stage: 'staging', parameters: { Count: '1' } });
  });

  test.each([
    [
      '{\n  "StageName": "staging",\n  "Parameters": {},\n  "Tag": {}\n}',
      'error[unknown-setting]  There is no setting "Tag"\n  at config.json:4\n  the settings are: StageName, Parameters, Tags\n  fix: did you mean "Tags"?\nconfig.json is not right',
    ],
    [
      '{"StageName": "staging", "Parameters": {"Count": 1}}',
      'error[bad-setting]  "Count" must be a text, it is 1\n  at config.json:1  (Parameters.Count)\n  fix: write "1"\nconfig.json is not right',
    ],
    ['{"Parameters": {}}', 'config.json does not say which stage it is for\nfix: add "StageName": "staging" to it'],
    [
      '{"StageName": "prod", "Parameters": {}}',
      'config.json is for stage "prod", and this release is for "staging"\nfix: give the configuration of this stage with --import-config',
    ],
    ['{"StageName": "staging"', 'config.json is not JSON'],
  ])('%s is refused', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  test.each([
    '{"StageName": "staging", "Parameters": {"a-b": "1"}}',
    '{"StageName": "staging", "Parameters": {}, "Tags": {"aws:x": "1"}}',
    '{"StageName": "a b", "Parameters": {}}',
    '[]',
  ])('%s is refused with the place', (text) => {
    expect(faultOf(text)).toMatch(/^error\[bad-setting\] .*(?:\n.*)*config\.json is not right$/);
  });

  test('is validated by what the schema generates, to the byte', () => {
    const generated = new URL('../../src/promote/generated/validate-stage-config.ts', import.meta.url);
    expect(generateStageConfigValidator()).toBe(readFileSync(generated, 'utf8'));
  });
});

describe('the parameters of a template', () => {
  test('are read from YAML and from JSON', () => {
    const yaml = `# a template
Parameters:
  One: { Type: String }

  # a remark
  Two:
    Type: Number
    Default: 1
  Three: { Type: String, Default: x }
Resources:
  Four:
    Type: X
`;
    const expected = [
      { name: 'One', isRequired: true },
      { name: 'Two', isRequired: false },
      { name: 'Three', isRequired: false },
    ];
    expect(templateParameters(yaml)).toEqual(expected);
    expect(templateParameters(yaml.replaceAll('\n', '\r\n'))).toEqual(expected);
    expect(templateParameters('{"Parameters": {"One": {}, "Two": {"Default": ""}, "Three": {"Default": 1}}}')).toEqual(
      expected,
    );
    expect(templateParameters('Resources: {}')).toEqual([]);
  });

  test('of JSON that is broken are not taken for none', () => {
    expect(() => templateParameters('{"Parameters": {')).toThrow(
      expect.objectContaining({ failure: 'usage', code: 'bad-template' }) as Error,
    );
  });

  test('are held against the configuration: unknown ones and missing ones at once', () => {
    const template = {
      file: 'template.yml',
      text: 'Parameters:\n  Count:\n    Type: Number\n  Name:\n    Type: String\n',
    };
    expect(() =>
      checkAgainstTemplate({ Count: '1', Name: 'n', Bucket: 'b' }, new Set(['Count']), template),
    ).not.toThrow();
    let fault: unknown;
    try {
      checkAgainstTemplate({ Cuont: '1', Name: 'n' }, new Set(['Cuont']), template);
    } catch (thrown) {
      fault = thrown;
    }
    expect((fault as PipelineError).diagnostics).toMatchObject([
      { code: 'unknown-parameter', message: 'The template has no parameter "Cuont"', fix: 'did you mean "Count"?' },
      { code: 'missing-parameter', message: 'The template needs the parameter "Count"' },
    ]);
  });
});
