import { cpSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';

import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('a build', () => {
  let folder = '';
  let files: string[] = [];

  const build = () => runCommand(process.execPath, ['scripts/bundle.mjs'], { cwd: folder, timeLimit: 300_000 });
  const listed = () => readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' }).toSorted();
  const read = (file: string) => readFileSync(join(folder, 'dist', file), 'utf8');

  beforeAll(async () => {
    folder = temporaryFolder(afterAll);
    for (const part of ['src', 'build.ts', 'utils.ts', 'scripts', 'package.json', 'template', 'tsconfig.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const { exitCode, stdout, stderr } = await build();
    if (exitCode !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
    files = listed();
  }, 300_000);

  test('makes the commands as programs, and the library with its types', () => {
    for (const name of ['get-pipeline-definition', 'run-pipeline']) {
      const file = `bin/${name}.js`;
      expect(read(file)).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(statSync(join(folder, 'dist', file)).mode & 0o111).toBe(0o111);
    }
    expect(files).toEqual(expect.arrayContaining(['index.js', 'index.d.ts', 'loader-hook.js']));
  });

  test('gives the hook that loads pipelines, which has a thread of its own, nothing of the library', () => {
    const reached = new Set(['loader-hook.js']);
    for (const file of reached) {
      for (const [, name] of read(file).matchAll(/^import .* from "(\.[^"]+)";$/gm))
        reached.add(join(file, '..', name!));
    }
    expect(reached.size).toBeGreaterThan(2);
    expect([...reached].filter((file) => /library|yargs/.test(file))).toEqual([]);
  });

  test('brings the programs for Python, as they are, and nothing that Python made of them', () => {
    const source = 'src/run/local/containers/python';
    const programs = readdirSync(join(root, source), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.py'),
    );
    expect(programs).toContain('contain.py');
    const built = files.filter((file) => file.startsWith('chunks/python/') && /\.pyc?$|__pycache__/.test(file));
    expect(built).toEqual(programs.map((file) => `chunks/python/${file}`).toSorted());
    expect(read('chunks/python/contain.py')).toBe(readFileSync(join(root, source, 'contain.py'), 'utf8'));
  });

  test('brings the licences of everything that is built into it', () => {
    const packages = [...read('licenses.txt').matchAll(/^(\S+) \d+\.\d+\.\d+ \(\S+\)$/gm)].map(([, name]) => name);
    expect(packages).toEqual(expect.arrayContaining(['@dagrejs/dagre', 'cliui', 'yargs', 'yargs-parser']));
    expect(read('licenses.txt')).toContain('Permission is hereby granted');
  });

  test('brings the template of a project, without what would be hidden or obeyed in a package', () => {
    const template = files.filter((file) => file.startsWith('template/'));
    expect(template).toEqual(
      expect.arrayContaining(['template/gitignore', 'template/package.template.json', 'template/tsconfig.json']),
    );
    expect(template.filter((file) => /\/(?:\.|node_modules|package\.json$)/.test(file))).toEqual([]);
  });

  test('holds one copy of the library, which the commands and the author’s file share', () => {
    const makers = files.filter((file) => file.endsWith('.js') && read(file).includes('function definePipeline('));
    expect(makers).toEqual(['chunks/library.js']);
  });

  test('needs nothing installed but what package.json names as a dependency', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object };
    const imported = files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => [...read(file).matchAll(/^(?:import|export)\b.*?\bfrom "([^"]+)";$|\bimport\("([^"]+)"\)/gm)])
      .map(([, specifier, dynamic]) => specifier ?? dynamic ?? '')
      .filter((specifier) => !/^(node:|\.)/.test(specifier));
    const builtin = new Set(['assert', 'fs', 'path', 'url', 'util']);
    const packages = new Set(imported.filter((specifier) => !builtin.has(specifier)));
    expect([...packages].filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
  });

  test('is the same in another folder', () => {
    const programs = files.filter((file) => file.endsWith('.js'));
    const differing = programs.filter((file) => read(file) !== readFileSync(join(root, 'dist', file), 'utf8'));
    expect(differing).toEqual([]);
  });

  test('that fails leaves what was built before, and nothing beside it', async () => {
    const before = read('index.js');
    writeFileSync(join(folder, 'src/emit/json.ts'), 'export const toJson: number = "text";\n');
    const { exitCode, stdout } = await build();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('src/emit/json.ts(1,14): error TS2322');
    expect(listed()).toEqual(files);
    expect(read('index.js')).toBe(before);
    expect(readdirSync(folder).filter((name) => name.startsWith('.dist'))).toEqual([]);
  });
});
