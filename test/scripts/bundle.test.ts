import { cpSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../support/temporary-folder.ts';
import { build, copyToBuild } from './build-elsewhere.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The build that was made before the tests. */
const dist = join(root, 'dist');
const listed = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();

describe('a build', () => {
  const files = listed(dist);
  const read = (file: string) => readFileSync(join(dist, file), 'utf8');

  test('makes the commands as programs, and the library with its types', () => {
    for (const name of ['get-pipeline-definition', 'run-pipeline']) {
      const file = `bin/${name}.js`;
      expect(read(file)).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(statSync(join(dist, file)).mode & 0o111).toBe(0o111);
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

  test('keeps the library out of the hooks, whose thread on Node 20 would load it a second time', () => {
    const [hooks] = files.filter((file) => file.endsWith('.js') && read(file).includes('ERR_UNSUPPORTED_DIR_IMPORT'));
    expect(hooks).toBe('chunks/resolve.js');
    const imported = [...read(hooks!).matchAll(/\bfrom ?"([^"]+)"/g)].map(([, specifier]) => specifier);
    expect(imported).toContain('./is-file.js');
    expect(imported).not.toContain('./library.js');
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

  test('that fails leaves what was built before, and nothing beside it', async () => {
    const folder = copyToBuild(temporaryFolder());
    cpSync(dist, join(folder, 'dist'), { recursive: true });
    writeFileSync(join(folder, 'src/emit/json.ts'), 'export const toJson = ;\n');
    const { exitCode, stderr } = await build(folder);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('src/emit/json.ts:1:23');
    expect(listed(join(folder, 'dist'))).toEqual(files);
    expect(readFileSync(join(folder, 'dist/index.js'), 'utf8')).toBe(read('index.js'));
    expect(readdirSync(folder).filter((name) => name.startsWith('.dist'))).toEqual([]);
  });
});
