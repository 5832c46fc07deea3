import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

import pipeline from '../../pipelines/batch_inference/pipeline.ts';
import { emit } from '../../src/builder/emit.ts';
import { bind } from '../../src/definition/bind.ts';
import { deploymentParameters } from '../../src/promote/deployment-parameters.ts';
import { mergeParameters } from '../../src/promote/configuration-formats.ts';
import { readStageConfig } from '../../src/promote/stage-config.ts';
import { checkAgainstTemplate, templateParameters } from '../../src/promote/template-parameters.ts';
import { PYTHON_ENVIRONMENT_TIME_LIMIT, describeWithPython, pythonEnvironment } from '../support/python-environment.ts';
import { type CommandResult, runCommand } from '../support/run-command.ts';

const FOLDER = fileURLToPath(new URL('../../cloudformation', import.meta.url));
const TEMPLATES = readdirSync(FOLDER).filter((name) => name.endsWith('.yml') && name !== 'buildspec.yml');
const BATCH = readFileSync(join(FOLDER, 'batch-config-template.yml'), 'utf8');

const declared = templateParameters(BATCH);
const document = bind(emit(pipeline, { region: 'eu-west-1' }).definition, {
  bucket: 'artifacts',
  roleArn: 'arn:aws:iam::444455556666:role/SageMaker',
});
const passed = [...BATCH.matchAll(/- Name: (\w+)\n\s+Value: (?!.*ScheduleGroup|!Ref BatchPipeline)/g)].map(
  ([, name]) => name!,
);

describe('the batch template', () => {
  test('passes parameters that the shipped pipeline has, and every one without a default', () => {
    const parameters = document.Parameters ?? [];
    const names = parameters.map(({ Name: name }) => name);
    const required = parameters.filter(({ DefaultValue: value }) => value === undefined).map(({ Name: name }) => name);
    expect(passed).toContain('ModelName');
    expect(passed.filter((name) => !names.includes(name))).toEqual([]);
    expect(required.filter((name) => !passed.includes(name))).toEqual([]);
  });

  test.each(['pre-prod', 'prod'])(
    'is given every parameter that it needs by a release with the %s configuration',
    (stage) => {
      const { parameters } = readStageConfig(join(FOLDER, `${stage}-config.json`), []);
      const facts = {
        projectName: 'rings',
        projectId: 'p-1',
        packages: ['arn:aws:sagemaker:eu-west-1:444455556666:model-package/rings/1'],
        bucket: 'artifacts',
        environment: 'preprod',
        roleArn: undefined,
        subnetIds: undefined,
        securityGroupIds: undefined,
        kmsKeyId: undefined,
        pipelineName: 'rings-p-1-staging',
        definitionKey: 'rings-p-1/pipeline/x.json',
        definitionText: '{}',
      };
      const names = new Set(declared.map(({ name }) => name));
      const merged = mergeParameters(parameters, deploymentParameters(facts, 'stack', names));
      checkAgainstTemplate(merged, new Set(Object.keys(parameters)), {
        file: 'batch-config-template.yml',
        text: BATCH,
      });
      expect(Object.keys(merged).filter((name) => !names.has(name))).toEqual([]);
      expect(Object.values(merged).filter((value) => value === '')).toEqual([]);
    },
  );

  test('has a configuration for each stage, and each says which it is for', () => {
    expect(readStageConfig(join(FOLDER, 'pre-prod-config.json'), ['staging']).stage).toBe('staging');
    expect(readStageConfig(join(FOLDER, 'prod-config.json'), ['prod']).stage).toBe('prod');
    expect(() => readStageConfig(join(FOLDER, 'pre-prod-config.json'), ['prod'])).toThrow('is for stage "staging"');
  });

  test('has a dashboard of three widgets whose body is JSON', () => {
    const [, block] = /DashboardBody: !Sub \|\n([\s\S]*?)\n\nOutputs:/.exec(BATCH)!;
    const body = JSON.parse(block!) as { widgets: { properties: { title: string; metrics: unknown[][] } }[] };
    expect(body.widgets.map(({ properties }) => properties.title)).toEqual([
      'Number of Successful and Failed Runs',
      'Pipeline Average Duration',
      'Pipeline Triggers',
    ]);
    expect(body.widgets[2]!.properties.metrics[0]!.slice(0, 3)).toEqual([
      'AWS/Scheduler',
      'InvocationAttemptCount',
      'ScheduleGroup',
    ]);
  });

  test.each(TEMPLATES)('%s uses none of the aliases that CloudFormation does not read', (name) => {
    expect(readFileSync(join(FOLDER, name), 'utf8')).not.toMatch(/^\s*(?:- )?[\w:]*:? [&*][a-z]\w*\s*$/m);
  });
});

test('the release starts when a version is approved, and at no other change of its state', () => {
  const text = readFileSync(join(FOLDER, 'release-pipeline.yml'), 'utf8');
  expect(text).toMatch(/ModelPackageGroupName: \[!Ref ModelPackageGroupName\]\n\s+ModelApprovalStatus: \[Approved\]/);
});

test('production is released with the configuration of production', () => {
  const text = readFileSync(join(FOLDER, 'release-pipeline.yml'), 'utf8');
  const stages = [...text.matchAll(/"STAGE","value":"(\w+)"[\s\S]*?"CONFIG","value":"([\w/.-]+)"/g)];
  expect(stages.map(([, stage, config]) => [stage, config])).toEqual([
    ['staging', 'cloudformation/pre-prod-config.json'],
    ['prod', 'cloudformation/prod-config.json'],
  ]);
});

/** What the functions of CloudFormation make of the schedule's expression, on a line, and then what cfn-lint says. */
const EVALUATE_AND_LINT = `
import json, sys
from cfnlint.decode import decode
template, faults = decode(sys.argv[1])
def value(node, given):
    if isinstance(node, list): return [value(one, given) for one in node]
    if not isinstance(node, dict): return node
    (name, inside), = node.items()
    if name == 'Ref': return given
    if name == 'Fn::If': return value(inside[1 if value(template['Conditions'][inside[0]], given) else 2], given)
    if name == 'Fn::Sub': return inside.replace('\${ScheduleExpressionforPipeline}', given)
    inside = value(inside, given)
    if name == 'Fn::Or': return any(inside)
    if name == 'Fn::Equals': return inside[0] == inside[1]
    if name == 'Fn::Select': return inside[1][int(inside[0])]
    if name == 'Fn::Split': return inside[1].split(inside[0])
    raise SystemExit(f'no such function: {name}')
schedule = template['Resources']['Schedule']['Properties']['ScheduleExpression']
print(json.dumps([value(schedule, given) for given in json.loads(sys.argv[2])]), flush=True)
# What its own command does.
sys.argv = ['cfn-lint', *sys.argv[3:]]
from cfnlint.runner import main
sys.exit(main())
`;

describeWithPython('cfn-lint', () => {
  const EXPRESSIONS = ['1 day', 'rate(2 hours)', 'cron(0 3 * * ? *)', 'at(2030-01-31T03:00:00)'];
  let said: CommandResult;
  beforeAll(async () => {
    const { python } = await pythonEnvironment({ name: 'cfn-lint', requirements: ['cfn-lint==1.51.5'] });
    const templates = TEMPLATES.flatMap((name) => ['-t', join(FOLDER, name)]);
    const words = [join(FOLDER, 'batch-config-template.yml'), JSON.stringify(EXPRESSIONS)];
    const flags = ['-r', 'eu-west-1', 'us-east-1', ...templates];
    said = await runCommand(python, ['-c', EVALUATE_AND_LINT, ...words, ...flags]);
  }, PYTHON_ENVIRONMENT_TIME_LIMIT);

  test('reads a rate alone as a rate, and every whole expression as it is', () => {
    const [line = ''] = said.stdout.split('\n');
    expect({ schedules: JSON.parse(line || 'null') as unknown, stderr: said.stderr }).toEqual({
      schedules: ['rate(1 day)', ...EXPRESSIONS.slice(1)],
      stderr: '',
    });
  });

  test('has nothing to say about the templates', () => {
    expect(said).toMatchObject({ stdout: expect.stringMatching(/^.+\n$/), exitCode: 0 });
  });
});
