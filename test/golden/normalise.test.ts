import { describe, expect, test } from 'vitest';
import { normalise } from './normalise.ts';

const HASH = '0b7ff7abbe7f67f8993a99c85f988e40168aeccf5b7367bdaa9e841bce279265';
const OTHER_HASH = HASH.replaceAll('7', '1');
const SDK = `s3://my-bucket/MyPipeline/code/${HASH}/code.py`;

describe('what is the same to the comparison with the SDK', () => {
  test.each([
    ['code of the SDK and of ours', SDK, `s3://my-bucket/assets/${OTHER_HASH}/code.py`],
    [
      'code as a JSON text in a hyperparameter',
      `"s3://my-bucket/MyPipeline/code/${HASH}/sourcedir.tar.gz"`,
      `"s3://my-bucket/assets/${HASH}/sourcedir.tar.gz"`,
    ],
    [
      'code of a model, which the SDK puts under a moment',
      's3://my-bucket/sagemaker-scikit-learn-2026-11-20-20-57-32-114/sourcedir.tar.gz',
      `s3://my-bucket/assets/${HASH}/sourcedir.tar.gz`,
    ],
    ['moments', 's3://b/NB/input-2026-11-20-21-07-15-187', 's3://b/NB/input-2026-01-31-12-00-00-000'],
    ['temporary files', 'sagemaker_requirements_0p9ww2vo.txt', 'sagemaker_requirements_abcd1234.txt'],
  ])('%s', (_, one, other) => {
    expect(one).not.toBe(other);
    expect(normalise({ deep: [one] })).toEqual(normalise({ deep: [other] }));
  });
});

describe('what is not', () => {
  test.each([
    ['another file name', SDK, `s3://my-bucket/assets/${HASH}/train.py`],
    ['another bucket', SDK, `s3://your-bucket/assets/${HASH}/code.py`],
    ['a folder that is named by no hash', SDK, 's3://my-bucket/assets/latest/code.py'],
    ['code of another pipeline', SDK, `s3://my-bucket/YourPipeline/code/${HASH}/code.py`],
    [
      'data under a moment, that is no code',
      's3://my-bucket/job-2026-11-20-20-57-32-114/model.tar.gz',
      `s3://my-bucket/assets/${HASH}/model.tar.gz`,
    ],
    ['quotes', `"${SDK}"`, SDK],
  ])('%s', (_, one, other) => {
    expect(normalise(one)).not.toEqual(normalise(other));
  });

  test('everything that is no text stays as it is', () => {
    const document = { number: 2, yes: true, nothing: null, list: [1, { two: 'x' }] };
    expect(normalise(document)).toEqual(document);
  });
});
