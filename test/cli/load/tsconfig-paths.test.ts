import { expect, test } from 'vitest';

import { writeProject } from '../../support/project.ts';

test.each([
  ['the nearest', '{ "compilerOptions": { "paths": { "~word": ["./shared/word"] } } }', '~word'],
  [
    'a pattern, the longest that fits',
    '{ "compilerOptions": { "paths": { "@/*": ["./no/*"], "@/sha*": ["./sha*"] } } }',
    '@/shared/word',
  ],
  [
    'several targets, the first that is there',
    '{ "compilerOptions": { "paths": { "@/*": ["./no/*", "./shared/*.ts"] } } }',
    '@/word',
  ],
  [
    'comments',
    '{ /* of "paths" */ "compilerOptions": { "paths": { "#a//b": ["./shared/word.ts", ], }, }, // yes\n }',
    '#a//b',
  ],
  ['a base', '{ "compilerOptions": { "baseUrl": "./shared", "paths": { "~/*": ["./*"] } } }', '~/word'],
  ['a base alone', '{ "compilerOptions": { "baseUrl": "." } }', 'shared/word'],
  ['what it extends', '{ "extends": "./config/base" }', '~base'],
  ['what it extends several times', '{ "extends": ["./none.json", "preset"] }', '~preset'],
])('an import leads where tsconfig.json says: %s', async (_, tsconfig, specifier) => {
  const project = writeProject({
    'tsconfig.json': tsconfig,
    'config/base.json':
      '{ "extends": "../tsconfig.json", "compilerOptions": { "paths": { "~base": ["../shared/word"] } } }',
    'node_modules/preset/package.json': '{}',
    'node_modules/preset/tsconfig.json': '{ "compilerOptions": { "paths": { "~preset": ["../../shared/word.ts"] } } }',
    'shared/word.ts': `export const word: string = 'found';`,
    'pipelines/small/pipeline.ts': `import { definePipeline, step } from 'sagemaker-pipelines';
import { word } from '${specifier}';
export default definePipeline({ name: 'small', steps: [step.fail('Stop', { ErrorMessage: word })] });
`,
  });
  const { stdout, stderr } = await project.runInHost('get-pipeline-definition', ['-f', '-']);
  expect(stderr).toContain('small: 1 step');
  expect(JSON.parse(stdout)).toMatchObject({ Steps: [{ Arguments: { ErrorMessage: 'found' } }] });
});
