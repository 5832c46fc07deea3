import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

import { runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CDK = ['aws-cdk-lib@2.276.0', 'constructs@10.8.1'];
const INSTALL_LIMIT = 400_000;

/** The example of the documentation, word for word. */
function example(): string {
  const page = readFileSync(join(ROOT, 'docs/cloudformation.md'), 'utf8');
  return /```typescript\n([\s\S]*?)```/.exec(page)![1]!;
}

test('the stack of the documentation compiles under strict, and makes the pipeline with its role and bucket', async () => {
  const folder = temporaryFolder();
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...CDK, ROOT];
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stack', private: true, type: 'module' }));
  const installed = await runCommand('npm', [...install, '--install-links=false'], {
    cwd: folder,
    timeLimit: INSTALL_LIMIT,
  });
  expect(installed).toMatchObject({ exitCode: 0 });
  writeFileSync(join(folder, 'stack.ts'), example());
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--noUncheckedIndexedAccess'];
  const module = [
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
    '--typeRoots',
    join(ROOT, 'node_modules/@types'),
  ];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const compiled = await runCommand(process.execPath, [tsc, ...strict, ...module, 'stack.ts'], {
    cwd: folder,
    timeLimit: 200_000,
  });
  expect(compiled.stdout).toBe('');

  const program = `
    import { App } from 'aws-cdk-lib';
    import { Template } from 'aws-cdk-lib/assertions';
    import { BatchInferenceStack } from './stack.js';
    import { asset, definePipeline, emit, sklearn, step } from 'sagemaker-pipelines';
    const prepare = step.processing('Prepare', sklearn.processor({
      version: '1.2-1', code: asset(import.meta, 'stack.ts'), instance: { type: 'ml.m5.large' }, outputs: ['rows'],
    }));
    const assembly = emit(definePipeline({ name: 'nightly', tags: { team: 'rings' }, steps: [prepare] }), { region: 'eu-west-1' });
    const stack = new BatchInferenceStack(new App(), 'Batch', assembly);
    console.log(JSON.stringify(Template.fromStack(stack).findResources('AWS::SageMaker::Pipeline')));
  `;
  writeFileSync(join(folder, 'synthesise.js'), program);
  const made = await runCommand(process.execPath, [pathToFileURL(join(folder, 'synthesise.js')).pathname], {
    cwd: folder,
    timeLimit: 120_000,
  });
  expect(made).toMatchObject({ exitCode: 0, stderr: '' });
  const [pipeline] = Object.values(JSON.parse(made.stdout) as Record<string, { Properties: Record<string, unknown> }>);
  const body = (
    pipeline!.Properties['PipelineDefinition'] as { PipelineDefinitionBody: { 'Fn::Join': [string, unknown[]] } }
  ).PipelineDefinitionBody['Fn::Join'][1];
  expect(
    body.filter((piece) => typeof piece !== 'string').map((piece) => JSON.stringify(piece).slice(0, 10)),
  ).toContain('{"Ref":"Ar');
  const text = body.map((piece) => (typeof piece === 'string' ? piece : 'given-by-aws')).join('');
  expect((JSON.parse(text) as { Steps: { Name: string }[] }).Steps.map(({ Name }) => Name)).toEqual(['Prepare']);
  expect(pipeline!.Properties['Tags']).toEqual([{ Key: 'team', Value: 'rings' }]);
}, 600_000);
