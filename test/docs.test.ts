import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { writeProject } from './support/project.ts';
import { describeWithPython } from './support/python-environment.ts';
import { runCommand } from './support/run-command.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);
/** Everything that a reader may come to from the first page. */
const LINKED = [
  ...PAGES,
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'bench/README.md',
  'template/README.md',
  'pipelines/batch_inference/README.md',
];

interface Block {
  readonly page: string;
  readonly line: number;
  readonly code: string;
  /** The file that it is, when its first line says so: `// src/emit/graphviz.ts`. */
  readonly file?: string | undefined;
}

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** The blocks of a language on a page, each with the line it begins at. */
function blocksOf(page: string, language = 'ts'): Block[] {
  const text = textOf(page);
  return [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)]
    .filter((found) => found[1] === language)
    .map((found) => ({
      page,
      line: text.slice(0, found.index).split('\n').length + 1,
      code: found[2]!,
      file: /^(?:\/\/|#) (\S+\.(?:ts|py))\n/.exec(found[2]!)?.[1],
    }));
}

/** What the compiler says of blocks. Those of the library's own files stand where they would in the library. */
async function compile(blocks: readonly Block[], options: object, root = temporaryFolder()): Promise<string> {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  symlinkSync(ROOT, join(root, 'node_modules/sagemaker-pipelines'), 'dir');
  for (const scope of ['@types', '@aws-sdk', '@smithy'])
    symlinkSync(join(ROOT, 'node_modules', scope), join(root, 'node_modules', scope), 'dir');
  writeFileSync(join(root, 'package.json'), '{"type": "module"}');
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2023',
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    ...options,
  };
  const include = ['*.ts', 'src', 'pipelines'];
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
  for (const { page, line, code, file } of blocks) {
    const path = join(root, file?.startsWith('src/') ? file : `${page.replaceAll('/', '-')}-${line}.ts`);
    mkdirSync(dirname(path), { recursive: true });
    // Lines in messages are those of the page.
    writeFileSync(path, '\n'.repeat(line - 1) + code);
  }
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await runCommand(process.execPath, [tsc, '-p', root], { cwd: root });
  return stdout;
}

const BLOCKS = PAGES.flatMap((page) => blocksOf(page));
const isOfLibrary = ({ file }: Block): boolean => file?.startsWith('src/') === true;

test('every piece of TypeScript in the documentation compiles', async () => {
  const blocks = BLOCKS.filter((block) => !isOfLibrary(block));
  expect(blocks.length).toBeGreaterThan(5);
  expect(await compile(blocks, {})).toBe('');
});

test('every file of the library that the documentation adds compiles among those that are there', async () => {
  const blocks = BLOCKS.filter(isOfLibrary);
  expect(blocks.length).toBeGreaterThan(3);
  const root = temporaryFolder();
  const { compilerOptions } = JSON.parse(textOf('tsconfig.json')) as { compilerOptions: object };
  expect(await compile(blocks, { ...compilerOptions, rootDirs: [root, ROOT] }, root)).toBe('');
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

test('every link within the repository leads to a file, and to a heading of it', () => {
  const broken = LINKED.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
      .filter(([, path, heading]) => {
        const target = join(ROOT, dirname(page), path === '' ? page.split('/').at(-1)! : path!);
        if (!existsSync(target)) return true;
        return heading !== undefined && !anchorsOf(readFileSync(target, 'utf8')).has(heading);
      })
      .map(([link]) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
});

/** Headings as GitHub names them, and anchors that a page sets itself. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  const set = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name]) => name!);
  return new Set([...headings, ...set]);
}

test('every page of docs is in their index', () => {
  const index = textOf('docs/README.md');
  const missing = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md').filter(
    (page) => !index.includes(`(${page.slice('docs/'.length)})`),
  );
  expect(missing).toEqual([]);
});

test('every file of the repository that the documentation names is there', () => {
  const missing = [...LINKED, 'NOTICE'].flatMap((page) => {
    const added = new Set(
      PAGES.flatMap((each) => [...blocksOf(each), ...blocksOf(each, 'python')]).map(({ file }) => file),
    );
    return [...textOf(page).matchAll(/(?<![\w./-])(?:src|scripts|test|cloudformation)\/[\w./-]*\w/g)]
      .map(([path]) => path)
      .filter((path) => !added.has(path))
      .filter((path) => page !== 'template/README.md' && !existsSync(join(ROOT, path)))
      .map((path) => `${page}: ${path}`);
  });
  expect(missing).toEqual([]);
});

describeWithPython('the page on extending', () => {
  test('has a server and a pipeline that run on this machine as they stand', async () => {
    const page = 'docs/extend.md';
    const [config] = blocksOf(page, 'json');
    const named = [...blocksOf(page), ...blocksOf(page, 'python')].filter((block) => !isOfLibrary(block));
    const files = Object.fromEntries(named.map(({ file, code }) => [file!, code]));
    const { folder, run } = writeProject({
      ...files,
      'pipelines.config.json': config!.code,
      'data/lines.csv': '1\n2\n3\n',
      'model.txt': '',
    });

    const home = { HOME: process.env['HOME'] ?? folder };
    const argv = ['--name', 'count_lines', '--local', '-p', 'InputDataUrl=data/', '--json'];
    const { stdout, exitCode, stderr } = await run('run-pipeline', argv, home);

    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { outputs } = JSON.parse(stdout) as { outputs: readonly { title: string; target: string }[] };
    const place = outputs.find(({ title }) => title.startsWith('Count'))!.target;
    expect(readFileSync(join(folder, place, 'lines.csv.out'), 'utf8')).toBe('3\n');
  });
});
