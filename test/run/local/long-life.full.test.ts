import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../../support/temporary-folder.ts';
import { bench, documentOf, get, shellStep } from './run-document.ts';

const RUNS = 500;
const isLinux = process.platform === 'linux';

/** What this process holds on to, and how many files there are beside those of the runs. */
function held(state: string): { files: number; descriptors: number; children: number; handles: number } {
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !join(entry.parentPath, entry.name).startsWith(join(state, 'runs')),
  );
  return {
    files: files.length,
    descriptors: isLinux ? readdirSync('/proc/self/fd').length : 0,
    children: isLinux
      ? readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).length
      : 0,
    handles: process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length,
  };
}

test(
  'five hundred runs leave no process, no open file and nothing that grows beside their own folders',
  { timeout: 300_000 },
  async () => {
    const project = bench(temporaryFolder());
    await project.put('s3://b/in/x', 'x');
    const step = shellStep(
      'Make',
      {
        script: 'cat /opt/ml/processing/in/i/x > /opt/ml/processing/out/o/x',
        inputs: { i: 's3://b/in' },
        outputs: { o: 's3://b/out' },
      },
      { CacheConfig: { Enabled: true } },
    );
    const fresh = shellStep('Fresh', { script: 'exit 0', words: [get('Execution.PipelineExecutionId')] });
    // The 25th fills what keeps the last twenty of something.
    let early: ReturnType<typeof held> | undefined;
    for (let count = 1; count <= RUNS; count++) {
      const { state } = await project.run(documentOf([step, count % 5 === 0 ? fresh : { ...step, Name: 'Other' }]));
      expect({ count, state }).toEqual({ count, state: 'succeeded' });
      if (count === 25) early = held(project.stateFolder);
    }
    const late = held(project.stateFolder);
    expect(late.files).toBe(early!.files);
    expect(late.children).toBe(early!.children);
    expect(late.descriptors).toBeLessThanOrEqual(early!.descriptors + 2);
    expect(late.handles).toBeLessThanOrEqual(early!.handles + 2);
    expect(readdirSync(join(project.stateFolder, 'runs'))).toHaveLength(RUNS);
  },
);
