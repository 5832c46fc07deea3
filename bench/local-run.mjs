// @ts-check
// What a run on this machine costs beside the work of its steps: a fan-out of steps that do nothing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT, interleave, pair, range, table } from './measure.mjs';

const COMMAND = join(ROOT, 'dist/bin/sagemaker-pipelines.js');
const CHOICES = 1000;
const JOBS = 50;
const IMAGE = '111122223333.dkr.ecr.us-east-1.amazonaws.com/plain:1';

/** Runs documents of steps that do nothing, against the shortest of their kind. */
export function localRun() {
  const folder = mkdtempSync(join(tmpdir(), 'sagemaker-pipelines-bench-'));
  try {
    writeFileSync(
      join(folder, 'pipelines.config.json'),
      JSON.stringify({ images: { [IMAGE]: { environment: 'python:3.11' } } }),
    );
    const measures = {
      oneChoice: runOf(folder, 'one-choice', [choice(0)]),
      choices: runOf(
        folder,
        'choices',
        Array.from({ length: CHOICES }, (_, index) => choice(index)),
      ),
      oneJob: runOf(folder, 'one-job', [job(0)]),
      jobs: runOf(
        folder,
        'jobs',
        Array.from({ length: JOBS }, (_, index) => job(index)),
      ),
      spawns: () => timeOf(() => Array.from({ length: JOBS }, () => spawnSync('/bin/true'))),
    };
    const taken = interleave(measures, { rounds: 3, warmups: 1 });
    const each = (
      /** @type {keyof typeof measures} */ many,
      /** @type {keyof typeof measures} */ one,
      /** @type {number} */ count,
    ) => pair(taken[many], taken[one], (all, first) => (all - first) / (count - 1));
    return [
      '## A run on this machine: what a step costs that does nothing, in ms',
      table(
        ['', 'the whole process', 'a step'],
        [
          [
            `${CHOICES} Condition steps side by side`,
            range(taken['choices'] ?? [], 0),
            range(each('choices', 'oneChoice', CHOICES), 2),
          ],
          [
            `${JOBS} Processing jobs that run \`/bin/true\``,
            range(taken['jobs'] ?? [], 0),
            range(each('jobs', 'oneJob', JOBS)),
          ],
          ['`/bin/true` itself, from Node', '', range((taken['spawns'] ?? []).map((all) => all / JOBS))],
        ],
      ),
    ].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {string} name @param {readonly object[]} steps */
function runOf(folder, name, steps) {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ Version: '2020-12-01', Metadata: {}, Parameters: [], Steps: steps }));
  return () =>
    timeOf(() => {
      const words = [COMMAND, 'run', file, '--local', '--quiet', '--region', 'us-east-1'];
      const { status, stderr } = spawnSync(process.execPath, words, {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      if (status !== 0) throw new Error(`${name} ended with ${status}\n${stderr}`);
    });
}

/** @param {() => unknown} work */
function timeOf(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** @param {number} index */
function choice(index) {
  const condition = { Type: 'Equals', LeftValue: { Get: 'Execution.PipelineName' }, RightValue: 'none' };
  return { Name: `C${index}`, Type: 'Condition', Arguments: { Conditions: [condition], IfSteps: [], ElseSteps: [] } };
}

/** @param {number} index */
function job(index) {
  return {
    Name: `J${index}`,
    Type: 'Processing',
    Arguments: {
      AppSpecification: { ImageUri: IMAGE, ContainerEntrypoint: ['/bin/true'] },
      ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } },
      RoleArn: 'arn:aws:iam::111122223333:role/SageMaker',
    },
  };
}
