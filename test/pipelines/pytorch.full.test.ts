import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { torchEnvironment } from '../run/local/containers/python/environments.ts';
import { describeWithPython, pythonEnvironment } from '../support/python-environment.ts';
import { runCommand } from '../support/run-command.ts';
import { copyOfPipelines, expectSameNumbers, joinEnvironments, readCsv, readJson, runHere } from './shipped.ts';

/**
 * A project in which an environment of its own stands for PyTorch's images, as for somebody who has PyTorch already: that
 * of the other tests, which is gigabytes, and what is beside it in the images.
 */
async function project() {
  const copy = copyOfPipelines();
  const [torch, others] = await Promise.all([
    torchEnvironment(),
    pythonEnvironment({
      name: 'torch-companions',
      requirements: ['numpy==2.1.0', 'pillow==11.3.0', 'scikit-learn==1.5.2', 'scipy==1.15.0'],
    }),
  ]);
  await joinEnvironments(join(copy.folder, 'torch'), [others, torch]);
  const images = Object.fromEntries(
    ['pytorch-training', 'pytorch-inference'].map((image) => [image, { environment: './torch' }]),
  );
  writeFileSync(join(copy.folder, 'pipelines.config.json'), JSON.stringify({ images }));
  return copy;
}

describeWithPython('serial_inference with PyTorch', () => {
  test('learns, and predicts the same through both containers again', { timeout: 1_200_000 }, async () => {
    const copy = await project();
    const direct = await computeWithTorch<{ r2: number; predictions: number[] }>(copy, 'housing');
    const runs = [];
    for (const flags of [[], ['--no-cache']]) {
      runs.push(await runHere(copy, 'serial_inference', '--kwargs', "{'model': 'pytorch'}", ...flags));
    }
    expect(runs[1]!.states['TrainModel']).toBe('succeeded');
    const rows = runs.map(({ exitCode, stderr, file }) => {
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      return readCsv(file('serial-inference', 'batch-transform', 'test.csv.out'));
    });
    expect(rows[0]!.length).toBe(330);
    expect(rows[0]!.every((row) => row.length === 10)).toBe(true);
    expect(rows[1]).toEqual(rows[0]);
    const { regression_metrics: metrics } = readJson<{ regression_metrics: { r2: { value: number } } }>(
      runs[0]!.file('serial-inference', 'evaluation', 'evaluation.json'),
    );
    expectSameNumbers(
      rows[0]!.map((row) => Number(row[9])),
      direct.predictions,
    );
    expect(metrics.r2.value).toBeCloseTo(direct.r2, 9);
    // What the mean of all labels would come to is 0.
    expect(metrics.r2.value).toBeGreaterThan(0.85);
  });
});

/** What plain PyTorch computes, in the environment of the project. */
async function computeWithTorch<Found>({ folder }: { readonly folder: string }, ...words: string[]): Promise<Found> {
  const script = fileURLToPath(new URL('direct_torch.py', import.meta.url));
  const [what = '', ...more] = words;
  const { stdout, stderr, exitCode } = await runCommand(
    join(folder, 'torch', 'bin', 'python'),
    ['-B', script, what, join(folder, 'pipelines'), ...more],
    { timeLimit: 300_000 },
  );
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Found;
}

const SHAPES = ['4/grey.png', 'colour.png', 'deep.png', 'large.png', 'palette.png'];

/** Saves an image in other sizes and modes. */
async function saveOtherwise({ folder }: { readonly folder: string }, image: string): Promise<void> {
  const code = `import pathlib, sys
from PIL import Image
folder, image = pathlib.Path(sys.argv[1]), Image.open(sys.argv[2])
(folder / "4").mkdir(parents=True)
image.save(folder / "4" / "grey.png")
image.convert("RGB").save(folder / "colour.png")
image.convert("I").point(lambda value: value * 257).convert("I;16").save(folder / "deep.png")
image.resize((56, 56)).save(folder / "large.png")
image.convert("P").save(folder / "palette.png")`;
  const python = join(folder, 'torch', 'bin', 'python');
  const { stderr, exitCode } = await runCommand(python, ['-c', code, join(folder, 'shapes'), image]);
  if (exitCode !== 0) throw new Error(stderr);
}

interface Row {
  readonly image_filepath: string;
  readonly prediction: string | null;
  readonly error?: string;
}

describeWithPython('image_inference with PyTorch', () => {
  test(
    'reads digits it has not seen, always alike, and goes on after a broken image',
    { timeout: 1_200_000 },
    async () => {
      const copy = await project();
      const result = ['image-inference', 'Predict', 'predictions', 'batch-infer-res.jsonl'] as const;
      const rowsOf = (file: string) =>
        readFileSync(file, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Row);
      const first = await runHere(copy, 'image_inference');
      expect({ exitCode: first.exitCode, stderr: first.stderr }).toMatchObject({ exitCode: 0 });
      expect(first.stderr).toContain('image_inference/training runs first');
      const rows = rowsOf(first.file(...result));
      expect(Object.keys(rows[0]!)).toEqual(['time', 'image_filepath', 'prediction']);
      const right = rows.filter(({ image_filepath: path, prediction }) => path.endsWith(`-is-${prediction}.png`));
      expect(rows.length).toBe(20);
      expect(right.length).toBeGreaterThanOrEqual(18);

      const trained = join(first.store, 'image-inference-training');
      const [run] = readdirSync(trained);
      const [job] = readdirSync(join(trained, run!, 'Train'));
      const archive = join(trained, run!, 'Train', job!, 'output', 'model.tar.gz');
      const direct = await computeWithTorch<string[]>(copy, 'digits', archive);
      expect(rows.map(({ prediction }) => prediction)).toEqual(direct);

      const folder = join(copy.folder, 'more');
      const sample = join(copy.folder, 'pipelines', 'image_inference', 'sample', 'digits');
      mkdirSync(folder);
      for (const name of readdirSync(sample)) writeFileSync(join(folder, name), readFileSync(join(sample, name)));
      const [some] = readdirSync(sample);
      writeFileSync(join(folder, 'a.png'), readFileSync(join(sample, some!)).subarray(0, 60));
      writeFileSync(join(folder, 'b.png'), 'not an image');
      const second = await runHere(copy, 'image_inference', '-p', 'InputDataUrl=more/');
      const later = rowsOf(second.file(...result));
      expect(later.slice(0, -2).map(({ prediction }) => prediction)).toEqual(rows.map(({ prediction }) => prediction));
      expect(later.slice(-2).map(({ prediction }) => prediction)).toEqual([null, null]);
      for (const { error } of later.slice(-2)) expect(error).toMatch(/^is no image that can be read/);

      // As MNIST is published: a folder for each digit; and as programs save images.
      await saveOtherwise(copy, join(sample, some!));
      const third = await runHere(copy, 'image_inference', '-p', 'InputDataUrl=shapes/');
      const shapes = rowsOf(third.file(...result));
      expect(shapes.map(({ image_filepath: path }) => path.slice(path.indexOf('data/') + 5))).toEqual(SHAPES);
      const [answer] = rows.map(({ prediction }) => prediction);
      expect(shapes.map(({ prediction }) => prediction)).toEqual(SHAPES.map(() => answer));

      mkdirSync(join(copy.folder, 'none'));
      writeFileSync(join(copy.folder, 'none', 'a.txt'), '');
      const empty = await runHere(copy, 'image_inference', '-p', 'InputDataUrl=none/');
      expect(empty.exitCode).toBe(1);
      expect(empty.stderr).toContain('has no image files to infer.');
    },
  );
});
