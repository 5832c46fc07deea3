import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { torchEnvironment } from '../run/local/containers/python/environments.ts';
import { describeWithPython, pythonEnvironment } from '../support/python-environment.ts';
import { copyOfPipelines, joinEnvironments, readCsv, readJson, runHere } from './shipped.ts';

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
    const runs = [];
    for (const _ of [1, 2]) runs.push(await runHere(copy, 'serial_inference', '--kwargs', '{"model": "pytorch"}'));
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
    // What the mean of all labels would come to is 0.
    expect(metrics.r2.value).toBeGreaterThan(0.85);
  });
});

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
    },
  );
});
