import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programOf, writeProject } from '../support/project.ts';
import { type CommandResult, runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TIME_LIMIT = 300_000;

/** What only a transform can do, Node's own type stripping cannot: an enum, and imports as TypeScript writes them. */
const FILES = {
  'pipelines/odd/stage.ts': 'export enum Stage { Dev = "dev" }\n',
  'pipelines/odd/pipeline.ts': `import { definePipeline, step, type Pipeline } from 'sagemaker-pipelines';
import { Stage } from './stage.js';
class Maker { constructor(private readonly stage: Stage) {} make(): Pipeline { return definePipeline({ name: this.stage, steps: [] }); } }
export default new Maker(Stage.Dev).make();
`,
  'pipelines/broken/pipeline.ts': `import { definePipeline, parameter } from 'sagemaker-pipelines';

interface Lines { push: this }
const P = parameter.string();
export default definePipeline({ name: \`\${P}\`, steps: [] });
`,
  'pipelines/called/pipeline.ts': `import { definePipeline, step } from 'sagemaker-pipelines';

const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:add';
export default definePipeline({ name: 'called', steps: [step.lambda('Add', { one: 1, two: 2 }, { functionArn, outputs: { sum: 'Integer' } })] });
`,
  'add.py': 'def handler(event, context):\n    return {"sum": event["one"] + event["two"]}\n',
};

describe.each([22, 24])('on Node %i', (version) => {
  let node: string;

  // The binary's own package: the package "node" wants to run a script to fetch it.
  beforeAll(async () => {
    const folder = temporaryFolder(afterAll);
    const name = `node-${process.platform}-${process.arch}`;
    await runCommand('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${version}`], {
      timeLimit: TIME_LIMIT,
    });
    node = join(folder, 'node_modules', name, 'bin/node');
    if (!existsSync(node)) throw new Error(`npm has no ${name}@${version}`);
  }, TIME_LIMIT);

  const start = (command: string, cwd: string, args: readonly string[], own: NodeJS.ProcessEnv = {}) =>
    runCommand(node, [programOf(command), ...args], { cwd, env: { ...process.env, ...own } });
  const run = (cwd: string, args: readonly string[]): Promise<CommandResult> =>
    start('get-pipeline-definition', cwd, ['--region', 'us-east-1', ...args]);

  test('the shipped pipeline is its golden document', async () => {
    const { stdout, exitCode } = await run(ROOT, ['--name', 'batch_inference', '-f', '-']);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(readFileSync(join(ROOT, 'test/golden/pipelines/batch_inference.json'), 'utf8'));
  });

  test('TypeScript loads as it is', async () => {
    const { folder } = writeProject(FILES);
    const { stdout, exitCode } = await run(folder, ['--name', 'odd', '--json', '-f', '-']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ pipeline: 'dev' });
  });

  test('an error names the author’s line', async () => {
    const { folder } = writeProject(FILES);
    const { stderr, exitCode } = await run(folder, ['--name', 'broken']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('error[expression-as-text]');
    expect(stderr).toContain('at pipelines/broken/pipeline.ts:5');
  });

  test('a pipeline runs on this machine', async () => {
    const { folder } = writeProject(FILES);
    const words = ['--name', 'called', '--local', '--function', 'add=./add.py:handler', '--json'];
    const { stdout, exitCode } = await start('run-pipeline', folder, words);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ steps: [{ step: 'Add', state: 'succeeded', facts: { sum: 3 } }] });
  });

  test('what was compiled is kept with what else the user keeps, and where nothing can be kept nothing is said', async () => {
    const { folder } = writeProject(FILES);
    const words = ['--name', 'odd', '--region', 'us-east-1', '-f', '-'];
    const own = join(folder, 'kept');
    const first = await start('get-pipeline-definition', folder, words, { SAGEMAKER_PIPELINES_CACHE: own });
    expect(readdirSync(join(own, 'compiled')).length).toBeGreaterThan(0);
    const second = await start('get-pipeline-definition', folder, words, { SAGEMAKER_PIPELINES_CACHE: own });
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const third = await start('get-pipeline-definition', folder, words, { SAGEMAKER_PIPELINES_CACHE: file });
    expect(first.exitCode).toBe(0);
    expect([second, third]).toEqual([first, first]);
  });
});
