import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCommand } from './support/run-command.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

/** The TypeScript of a page, block by block, each with the line it begins at. */
function blocksOf(page: string): { line: number; code: string }[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map((found) => ({
    line: text.slice(0, found.index).split('\n').length + 1,
    code: found[1]!,
  }));
}

test('every piece of TypeScript in the documentation compiles', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/sagemaker-pipelines'), 'dir');
  symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2023',
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const blocks = PAGES.flatMap((page) => blocksOf(page).map((block) => ({ ...block, page })));
  expect(blocks.length).toBeGreaterThan(5);
  for (const { page, line, code } of blocks) {
    // Lines in messages are those of the page.
    writeFileSync(join(folder, `${page.replaceAll('/', '-')}-${line}.ts`), '\n'.repeat(line - 1) + code);
  }
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await runCommand(process.execPath, [tsc, '-p', folder], { cwd: folder });
  expect(stdout).toBe('');
});

test('the pipeline on the first page is short', () => {
  const [first] = blocksOf('README.md');
  expect(
    first!.code
      .trim()
      .split('\n')
      .filter((line) => line !== '').length,
  ).toBeLessThanOrEqual(20);
});
