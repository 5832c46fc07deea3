import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { s3OnMoto } from '../s3/s3-on-moto.ts';
import { programOf, writeProject } from '../support/project.ts';
import { describeWithPython } from '../support/python-environment.ts';
import { tieToThisProcess } from '../support/run-command.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:keep';
const PIPELINE = `import { asset, definePipeline, step } from 'sagemaker-pipelines';
export default definePipeline({
  name: 'small',
  steps: [step.lambda('Keep', { code: asset(import.meta, 'train.bin') }, { functionArn: '${FUNCTION}' })],
});
`;

describeWithPython('publish', () => {
  const there = s3OnMoto();

  test('holds a few parts of a large asset in memory, and no more', async () => {
    const { folder } = writeProject({ 'pipelines/small/pipeline.ts': PIPELINE, 'pipelines/small/train.bin': '' });
    // It costs no disk.
    truncateSync(join(folder, 'pipelines/small/train.bin'), 300 * 2 ** 20);
    const said = join(folder, 'peak');
    writeFileSync(
      join(folder, 'peak.mjs'),
      `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(${JSON.stringify(said)}, String(process.resourceUsage().maxRSS)));`,
    );
    const words = [programOf('sagemaker-pipelines'), 'publish', '--bucket', 'models'];
    const child = spawn(process.execPath, ['--import', join(folder, 'peak.mjs'), ...words], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...there.moto.env },
      stdio: 'ignore',
      detached: true,
    });
    child.once('close', tieToThisProcess(child.pid));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(Number(readFileSync(said, 'utf8')) / 1024).toBeLessThan(230);
  });
});
