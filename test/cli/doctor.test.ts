import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MotoServer, startMoto } from '../support/moto-server.ts';
import { SMALL_PIPELINE, writeProject } from '../support/project.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A machine on which nobody is logged in. */
const NOBODY = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };

interface Found {
  readonly findings: readonly { name: string; state: string; said: string; fix?: string }[];
}

function look(env: Readonly<Record<string, string>>) {
  const { run } = writeProject({ 'pipelines/small/pipeline.ts': SMALL_PIPELINE });
  return run('sagemaker-pipelines', ['doctor', '--json'], env);
}

async function findingsOn(env: Readonly<Record<string, string>>) {
  const { stdout } = await look(env);
  const { findings } = JSON.parse(stdout) as Found;
  return Object.fromEntries(findings.map(({ name, ...rest }) => [name, rest]));
}

describe('doctor', () => {
  test('says what a machine without Python, Docker and credentials lacks, and what to do', async () => {
    // Only Node is on the PATH.
    const folder = temporaryFolder();
    symlinkSync(process.execPath, join(folder, 'node'));

    const found = await findingsOn({ ...NOBODY, PATH: folder, HOME: folder, PYENV_ROOT: folder });

    expect(found['Node']).toEqual({ state: 'ok', said: process.versions.node });
    expect(found['pipelines']).toEqual({ state: 'ok', said: 'small' });
    expect(found['Python']).toMatchObject({
      state: 'missing',
      fix: expect.stringMatching(/^install Python 3 with venv/),
    });
    expect(found['Docker']).toMatchObject({ state: 'without', said: 'not here; only --runtime docker needs it' });
    expect(found['credentials']).toMatchObject({ state: 'without', said: 'none in the ordinary places' });
  });

  test('shows it as a table, with what to mend at the end', async () => {
    const { stdout, exitCode } = await writeProject({}).run('sagemaker-pipelines', ['doctor'], NOBODY);

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^project\n {2}Node +ok +\d+/);
    expect(stdout).toContain("to mend\n  pipelines: run the commands in the project's folder\n");
  });
});

describeWithPython('doctor, with Python and an account', () => {
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());

  test('finds the Python that runs jobs, and the account and its bucket', async () => {
    const before = await findingsOn(moto.env);
    expect(before['Python']).toMatchObject({
      state: 'ok',
      said: expect.stringMatching(/^3\.\d+\.\d+ \(.*\), with venv$/),
    });
    expect(before['credentials']).toEqual({ state: 'ok', said: 'account 123456789012' });
    expect(before['bucket']).toEqual({
      state: 'missing',
      said: 'sagemaker-us-east-1-123456789012 does not exist',
      fix: 'aws s3 mb s3://sagemaker-us-east-1-123456789012 --region us-east-1, or "bucket" in pipelines.config.json',
    });

    await fetch(`${moto.endpoint}/sagemaker-us-east-1-123456789012`, { method: 'PUT' });
    expect((await findingsOn(moto.env))['bucket']).toEqual({ state: 'ok', said: 'sagemaker-us-east-1-123456789012' });
  });
});
