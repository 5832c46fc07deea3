import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { RunEvent } from '../../../src/definition/events.ts';
import { type RunOptions, bench, documentOf, get, shellStep } from './run-document.ts';

/** Stops a run as Ctrl-C does, once a step says something. */
function stoppedAt(word: string): Pick<RunOptions, 'interrupted' | 'listen'> {
  const controller = new AbortController();
  return {
    interrupted: controller.signal,
    listen: (event) => {
      if (event.type === 'log' && event.line === word) controller.abort();
    },
  };
}

describe('a run that is interrupted', () => {
  test('ends its children, starts nothing more and is Stopped', async () => {
    const { run } = bench();
    const long = shellStep('Long', { script: 'echo now; exec sleep 60' });
    const other = shellStep('Other', { script: 'exec sleep 60' });
    const after = shellStep('After', { script: 'true' }, { DependsOn: ['Long'] });
    const ran = await run(documentOf([long, other, after]), stoppedAt('now'));
    expect(ran.state).toBe('stopped');
    expect(ran.states).toEqual({ Long: 'stopped', Other: 'stopped', After: 'stopped' });
    const types = ran.events.filter(({ type }) => type.startsWith('run-')).map(({ type }) => type);
    expect(types).toEqual(['run-started', 'run-stopping', 'run-ended']);
    expect(JSON.parse(readFileSync(join(ran.folder, 'steps/Long/result.json'), 'utf8'))).toMatchObject({
      state: 'stopped',
    });
  });

  test('writes no outputs of what did not end', async () => {
    const { run, stateFolder } = bench();
    const script = 'echo half > /opt/ml/processing/out/o/half; echo now; exec sleep 60';
    await run(documentOf([shellStep('Long', { script, outputs: { o: 's3://b/o' } })]), stoppedAt('now'));
    expect(existsSync(join(stateFolder, 'store/b'))).toBe(false);
  });
});

describe('a step fails, and says why, when', () => {
  test.each<[string, Parameters<typeof shellStep>[1], string]>([
    [
      'its program is killed',
      { script: 'kill -9 $$' },
      'its program was ended by SIGKILL: nothing here has ended it: the machine may have run out of memory',
    ],
    ['it runs too long', { script: 'exec sleep 60', seconds: 1 }, 'the job ran longer than 1 s: MaxRuntimeExceeded'],
    [
      'its input is not there',
      { script: 'true', inputs: { x: 's3://b/none' } },
      'There are no objects at s3://b/none: neither in the store of this project nor in a folder that stands for it',
    ],
    [
      'a value stands for nothing',
      { script: 'true', words: [get('Execution.Nothing')] },
      '{"Get": "Execution.Nothing"} stands for nothing: nothing of that name is known here',
    ],
    [
      'an object would leave its folder',
      { script: 'true', inputs: { x: 's3://b/a/../../x' } },
      'The key "a/../../x" has a part "." or "..": in s3://b/a/../../x: on a disk it would lead out of its folder',
    ],
  ])('%s', async (_, shell, reason) => {
    const { run } = bench();
    const first = shellStep('First', { script: 'true' });
    const ran = await run(documentOf([first, shellStep('Bad', shell, { DependsOn: ['First'] })]));
    expect({ state: ran.state, reason: ran.reasons['Bad'] }).toEqual({ state: 'failed', reason });
  });

  test('a property file is not there, or not JSON', async () => {
    const files = [{ PropertyFileName: 'Ev', OutputName: 'o', FilePath: 'ev.json' }];
    const jsonGet = { 'Std:JsonGet': { PropertyFile: get('Steps.Make.PropertyFiles.Ev'), Path: 'x' } };
    const make = (script: string) =>
      shellStep('Make', { script, outputs: { o: 's3://b/ev' } }, { PropertyFiles: files });
    const use = shellStep('Use', { script: 'true', words: [jsonGet] });
    const absent = await bench().run(documentOf([make('true'), use]));
    expect(absent.reasons['Use']).toMatch(/^There is nothing at s3:\/\/b\/ev\/ev\.json/);
    const broken = await bench().run(documentOf([make('echo "{" > /opt/ml/processing/out/o/ev.json'), use]));
    expect(broken.reasons['Use']).toMatch(/^s3:\/\/b\/ev\/ev\.json is not JSON: /);
  });
});

describe('an output', () => {
  test('whose folder the job has removed is empty, and that is told', async () => {
    const ran = await bench().run(
      documentOf([shellStep('Gone', { script: 'rm -r /opt/ml/processing/out/o', outputs: { o: 's3://b/o' } })]),
    );
    expect(ran.state).toBe('succeeded');
    expect(ran.events.find((event) => event.type === 'diagnostic')).toMatchObject({
      step: 'Gone',
      diagnostic: { code: 'empty-output', severity: 'warning' },
    });
  });

  test('with a link to another place of this machine has nothing of that place', async () => {
    const { run, stateFolder } = bench();
    const script =
      'ln -s /etc/passwd /opt/ml/processing/out/o/p; ln -s /etc /opt/ml/processing/out/o/d; echo x > /opt/ml/processing/out/o/x';
    await run(documentOf([shellStep('Links', { script, outputs: { o: 's3://b/o' } })]));
    expect(readdirSync(join(stateFolder, 'store/b/o'))).toEqual(['x']);
  });
});

describe('before anything runs', () => {
  test.each<[string, object, string, string]>([
    [
      'a path outside /opt/ml',
      { S3Input: { S3Uri: 's3://b/x', LocalPath: '/data/in' } },
      'path-outside-opt-ml',
      'Steps[0].Arguments.ProcessingInputs[0].S3Input.LocalPath',
    ],
    [
      'a path that leaves /opt/ml',
      { S3Input: { S3Uri: 's3://b/x', LocalPath: '/opt/ml/../../data' } },
      'path-outside-opt-ml',
      'Steps[0].Arguments.ProcessingInputs[0].S3Input.LocalPath',
    ],
    [
      'a pipe',
      { S3Input: { S3Uri: 's3://b/x', LocalPath: '/opt/ml/processing/x', S3InputMode: 'Pipe' } },
      'input-not-supported',
      'Steps[0].Arguments.ProcessingInputs[0]',
    ],
    [
      'a database',
      { DatasetDefinition: { LocalPath: '/opt/ml/processing/x' } },
      'input-not-supported',
      'Steps[0].Arguments.ProcessingInputs[0]',
    ],
  ])('%s is refused', async (_, input, code, path) => {
    const { run, put, stateFolder } = bench();
    await put('s3://b/x/x', 'x');
    const { Arguments, ...step } = shellStep('Bad', { script: 'true' });
    const document = documentOf([
      { ...step, Arguments: { ...Arguments, ProcessingInputs: [{ InputName: 'x', ...input }] } },
    ]);
    await expect(run(document)).rejects.toMatchObject({ code: 'cannot-run-here', diagnostics: [{ code, path }] });
    expect(existsSync(join(stateFolder, 'runs'))).toBe(false);
  });

  test('input that nobody can have made is missed, with the way to give it', async () => {
    const document = documentOf([shellStep('First', { script: 'true', inputs: { x: 's3://bucket/data.csv' } })]);
    await expect(bench().run(document)).rejects.toMatchObject({
      diagnostics: [
        {
          code: 'missing-input',
          message: 'First reads s3://bucket/data.csv, and there is nothing',
          fix: '--map s3://bucket/data.csv=./FILE-OR-FOLDER, or --fetch to read it from S3',
        },
      ],
    });
  });

  test('all that is not as on the service is told', async () => {
    const { Arguments, ...step } = shellStep(
      'Many',
      { script: 'true', outputs: { o: 's3://b/o' } },
      { CacheConfig: { Enabled: true } },
    );
    const cluster = { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 3, VolumeSizeInGB: 30 } };
    const given = { ...Arguments, ProcessingResources: cluster, NetworkConfig: { EnableNetworkIsolation: true } };
    const ran = await bench().run(documentOf([{ ...step, Arguments: given }]));
    const told = ran.events.flatMap((event) =>
      event.type === 'diagnostic' && event.step === undefined ? [event.diagnostic] : [],
    );
    expect(told.map(({ severity, code, message }) => `${severity} ${code}: ${message}`)).toEqual([
      'warning one-instance: Many asks for 3 instances and gets one',
      'note not-on-this-machine: Many: NetworkConfig change nothing here',
    ]);
  });
});

test('two runs at once in one folder both come to their end', async () => {
  const { run, put, get: read } = bench();
  await put('s3://b/in', 'x\n');
  const step = (name: string) =>
    shellStep(name, {
      script: 'cat /opt/ml/processing/in/i/in > /opt/ml/processing/out/o/o',
      inputs: { i: 's3://b/in' },
      outputs: { o: 's3://b/out' },
    });
  const documents = Array.from({ length: 6 }, () => documentOf([step('A'), step('B')]));
  const ran = await Promise.all(documents.map((document) => run(document)));
  expect(ran.map(({ state }) => state)).toEqual(documents.map(() => 'succeeded'));
  expect(new Set(ran.map(({ run: name }) => name)).size).toBe(6);
  expect(await read('s3://b/out/o')).toBe('x\n');
});

test('a run whose folder is taken away ends in one clear message', async () => {
  const { run, stateFolder } = bench();
  const { listen } = {
    listen: (event: { type: string }) =>
      event.type === 'step-started' && rmSync(join(stateFolder, 'runs'), { recursive: true }),
  };
  await expect(
    run(documentOf([shellStep('A', { script: 'true' })]), { listen: (event) => void listen(event) }),
  ).rejects.toMatchObject({
    failure: 'machine',
    code: 'run-folder-gone',
  });
});

describe('a disk that is full', () => {
  /** A part of a project's state on a disk of its own, with that much room. */
  function onSmallDisk(part: string, size: string): ReturnType<typeof bench> {
    const project = bench();
    const disk = join(project.stateFolder, part);
    mkdirSync(disk, { recursive: true });
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', disk]).status).toBe(0);
    onTestFinished(() => void spawnSync('umount', [disk]));
    return project;
  }
  const flood = shellStep('Flood', {
    script: 'i=0; while [ $i -lt 20000 ]; do echo line $i of many; i=$((i+1)); done',
  });
  const large = shellStep('Large', {
    script: 'head -c 4000000 /dev/zero > /opt/ml/processing/out/o/zeros',
    outputs: { o: 's3://b/o' },
  });

  test.runIf(process.getuid?.() === 0)('ends the run where its folder cannot be written, in one message', async () => {
    const project = onSmallDisk('runs', '64k');
    await expect(project.run(documentOf([flood]))).rejects.toMatchObject({
      failure: 'machine',
      code: 'disk-full',
      fix: 'make room on the disk',
    });
  });

  test.runIf(process.getuid?.() === 0)(
    'fails the step whose output has no place, and leaves no part of it',
    async () => {
      const project = onSmallDisk('store', '1m');
      const reasons: unknown[] = [];
      const listen = (event: RunEvent): void => void (event.type === 'step-ended' && reasons.push(event.reason));
      await expect(project.run(documentOf([large]), { listen })).rejects.toMatchObject({
        failure: 'machine',
        code: 'disk-full',
        detail: expect.stringMatching(/^ENOSPC/),
      });
      expect(reasons).toEqual([expect.stringMatching(/^The disk is full: ENOSPC/)]);
      const left = readdirSync(join(project.stateFolder, 'store'), { recursive: true, withFileTypes: true });
      expect(left.filter((entry) => entry.isFile())).toEqual([]);
    },
  );
});
