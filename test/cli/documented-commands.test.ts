import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

import { readArguments } from '../../src/cli/arguments.ts';
import type { Context } from '../../src/cli/context.ts';
import { getPipelineDefinition } from '../../src/cli/get-pipeline-definition.ts';
import { runPipeline } from '../../src/cli/run-pipeline.ts';
import { sagemakerPipelines } from '../../src/cli/sagemaker-pipelines.ts';
import { choose } from '../../src/cli/suite.ts';

const DOCS = new URL('../../docs/', import.meta.url);
const PROGRAMS = {
  'run-pipeline': runPipeline,
  'get-pipeline-definition': getPipelineDefinition,
  'sagemaker-pipelines': sagemakerPipelines,
};

const COMMANDS = readdirSync(DOCS)
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) => [...readFileSync(new URL(name, DOCS), 'utf8').matchAll(/^\s*(?:- )?npx (.+)$/gm)])
  .map((found) => found[1]!)
  .filter((line) => Object.hasOwn(PROGRAMS, line.split(' ')[0] ?? ''));

test('the documentation has commands to type', () => {
  expect(COMMANDS.length).toBeGreaterThan(10);
});

test.each(COMMANDS)('%s is a command that there is, with flags that it has', async (line) => {
  const [program, ...argv] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((word) => word[1] ?? word[2]!);
  const choice = await choose(PROGRAMS[program as keyof typeof PROGRAMS], { argv } as unknown as Context);
  if ('text' in choice) throw new Error(`${line} only shows help`);
  expect((await readArguments(choice.command, choice.context.argv)).kind).toBe('run');
});
