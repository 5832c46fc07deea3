import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentOf, get } from '../run/local/run-document.ts';
import { SMALL_PIPELINE, programOf, writeProject } from '../support/project.ts';
import { runCommand } from '../support/run-command.ts';

const COMMAND = 'sagemaker-pipelines';

const CHOICE = documentOf(
  [
    {
      Name: 'Choose',
      Type: 'Condition',
      Arguments: {
        Conditions: [{ Type: 'GreaterThan', LeftValue: get('Parameters.Count'), RightValue: 1 }],
        IfSteps: [{ Name: 'Many', Type: 'Fail', Arguments: { ErrorMessage: 'too many' } }],
        ElseSteps: [],
      },
    },
  ],
  [{ Name: 'Count', Type: 'Integer', DefaultValue: 1 }],
);

describe('sagemaker-pipelines run', () => {
  test('runs a document from anywhere on this machine, and its run can be looked at', async () => {
    const { run, folder } = writeProject({ 'choice.json': JSON.stringify(CHOICE) });
    const ran = await run(COMMAND, ['run', 'choice.json', '--local', '--json']);
    expect({ exitCode: ran.exitCode, stderr: ran.stderr.includes('error') }).toEqual({ exitCode: 0, stderr: false });
    const answer = JSON.parse(ran.stdout) as { run: string; steps: unknown };
    expect(answer.steps).toMatchObject([
      { step: 'Choose', state: 'succeeded', facts: { outcome: false } },
      { step: 'Many', state: 'skipped', reason: 'Choose took the other branch' },
    ]);
    const listed = await run(COMMAND, ['runs', 'list', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({
      runs: [{ run: answer.run, pipeline: 'choice', state: 'succeeded' }],
    });
    const shown = await run(COMMAND, ['runs', 'show', answer.run.slice(0, 9)]);
    expect(shown.stdout).toMatch(/^run +[a-z0-9]{12}\npipeline +choice\nstate +succeeded\n/);
    expect(shown.stdout).toMatch(/^Many +skipped +0\.0 s +Choose took the other branch$/m);
    const events = readFileSync(join(folder, '.sagemaker-pipelines/runs', answer.run, 'events.ndjson'), 'utf8');
    expect(events.trimEnd().split('\n').length).toBe(5);
  });

  test('ends with 1 when a step fails, and says why last', async () => {
    const { run } = writeProject({ 'choice.json': JSON.stringify(CHOICE) });
    const { exitCode, stderr } = await run(COMMAND, ['run', 'choice.json', '--local', '-p', 'Count=2']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error[step-failed]  Many failed: too many');
    expect(stderr).toMatch(/fix: sagemaker-pipelines run choice\.json --local -p Count=2 --resume \w{12}\n/);
  });

  test('runs a pipeline of the project by its name', async () => {
    const project = writeProject({ 'pipelines/small/pipeline.ts': SMALL_PIPELINE });
    const named = await project.runInHost(COMMAND, ['run', 'small', '--local', '-p', 'Reason=done']);
    expect(named.stderr).toContain('Stop failed: done');
    expect(named.exitCode).toBe(1);
  });

  test('runs a document from stdin', async () => {
    const { folder } = writeProject({});
    const { exitCode, stdout } = await runCommand(process.execPath, [programOf(COMMAND), 'run', '-', '--local'], {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      input: JSON.stringify(CHOICE),
    });
    expect(stdout).toMatch(/^stdin succeeded in /);
    expect(exitCode).toBe(0);
  });

  test('refuses what AWS would refuse before anything starts', async () => {
    const { runInHost: run, folder } = writeProject({});
    const broken = documentOf([{ Name: 'A', Type: 'Fail', Arguments: { ErrorMessage: 'x', Reason: 'y' } }]);
    writeFileSync(join(folder, 'broken.json'), JSON.stringify(broken, undefined, 2));
    const { exitCode, stderr } = await run(COMMAND, ['run', 'broken.json', '--local']);
    expect(stderr).toMatch(/error\[unknown-member\].*\n {2}at .*broken\.json:\d+ /);
    expect(stderr).toContain('broken has an error; nothing was started');
    expect(exitCode).toBe(3);
    const unchecked = await run(COMMAND, ['run', 'broken.json', '--local', '--no-check']);
    expect(unchecked.stderr).toContain('A failed: x');
    expect(unchecked.exitCode).toBe(1);
  });

  test('says of steps that cannot run here why, all at once, before anything starts', async () => {
    const { run } = writeProject({
      'emr.json': JSON.stringify(
        documentOf([
          {
            Name: 'Spark',
            Type: 'EMR',
            Arguments: { ClusterId: 'j-1', StepConfig: { HadoopJarStep: { Jar: 's3://b/j.jar' } } },
          },
        ]),
      ),
    });
    const { exitCode, stderr } = await run(COMMAND, ['run', 'emr.json', '--local']);
    expect(exitCode).toBe(5);
    expect(stderr).toContain(
      'error[step-not-supported]  Spark is a step of type EMR, which does not run on this machine',
    );
    const listed = await run(COMMAND, ['runs', 'list']);
    expect(listed.stdout).toBe('');
  });

  test('refuses a --map that maps nothing', async () => {
    const { runInHost: run } = writeProject({ 'choice.json': JSON.stringify(CHOICE) });
    const { exitCode, stderr } = await run(COMMAND, ['run', 'choice.json', '--local', '--map', 'data=./x']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--map cannot be "data=./x"');
  });
});

describe('sagemaker-pipelines models', () => {
  const REGISTER = documentOf([
    {
      Name: 'Register',
      Type: 'RegisterModel',
      Arguments: {
        ModelPackageGroupName: 'Abalone',
        InferenceSpecification: {
          Containers: [{ Image: '111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1' }],
          SupportedContentTypes: ['text/csv'],
          SupportedResponseMIMETypes: ['text/csv'],
        },
      },
    },
  ]);

  test('lists, approves and rejects what was registered', async () => {
    const { runInHost: run } = writeProject({ 'register.json': JSON.stringify(REGISTER) });
    await run(COMMAND, ['run', 'register.json', '--local']);
    const first = await run(COMMAND, ['models', 'list']);
    expect(first.stdout).toMatch(/^Abalone\/1 +PendingManualApproval +20/);
    const approved = await run(COMMAND, ['models', 'approve', 'abalone']);
    expect(approved.stdout).toBe('Abalone/1 is Approved\n');
    await run(COMMAND, ['models', 'reject', 'Abalone/1']);
    const shown = await run(COMMAND, ['models', 'show', 'Abalone/1', '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      model: { ModelApprovalStatus: 'Rejected', ModelPackageVersion: 1 },
    });
    const unknown = await run(COMMAND, ['models', 'show', 'Abalona']);
    expect({ exitCode: unknown.exitCode, fix: unknown.stderr.includes('did you mean "Abalone"?') }).toEqual({
      exitCode: 2,
      fix: true,
    });
  });
});
