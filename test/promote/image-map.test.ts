import { expect, test } from 'vitest';

import { imageDoubt, mapImage, readImageMap } from '../../src/promote/image-map.ts';

const HERE = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const THERE = '444455556666.dkr.ecr.eu-west-1.amazonaws.com';
const MAP = readImageMap(['111122223333=444455556666']);

test.each([
  // The account's digits in a tag, and "dev" in a name, are not what they look like.
  [`${HERE}/developer-img:v-111122223333`, `${THERE}/developer-img:v-111122223333`],
  [`${HERE}/team/dev/model@sha256:${'a'.repeat(64)}`, `${THERE}/team/dev/model@sha256:${'a'.repeat(64)}`],
  [
    '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1',
    '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1',
  ],
  ['registry.example.com/111122223333/model:1', 'registry.example.com/111122223333/model:1'],
  ['no image at all', 'no image at all'],
])('with an account mapped to another, %s is %s', (image, expected) => {
  expect(mapImage(image, MAP, 'eu-west-1')).toBe(expected);
});

test('a registry of a mapped account is looked for in the region of the target', () => {
  expect(mapImage(`${HERE}/model:1`, MAP, 'cn-north-1')).toBe(
    '444455556666.dkr.ecr.cn-north-1.amazonaws.com.cn/model:1',
  );
});

test('a repository that is mapped keeps the tag, unless the new one says its own', () => {
  const map = readImageMap([`${HERE}/dev/model=${THERE}/prod/model`, `${HERE}/other:1=${THERE}/other:9`]);
  expect(mapImage(`${HERE}/dev/model:7`, map, 'eu-west-1')).toBe(`${THERE}/prod/model:7`);
  expect(mapImage(`${HERE}/dev/model-2:7`, map, 'eu-west-1')).toBe(`${HERE}/dev/model-2:7`);
  expect(mapImage(`${HERE}/other:1`, map, 'eu-west-1')).toBe(`${THERE}/other:9`);
  expect(mapImage(`${HERE}/other:2`, map, 'eu-west-1')).toBe(`${HERE}/other:2`);
});

test.each(['111122223333', '1111=2222', '111122223333=', `${HERE}/model=444455556666`])(
  '%s is no entry of a map',
  (entry) => {
    expect(() => readImageMap([entry])).toThrow(`--image-map cannot be "${entry}"`);
  },
);

test('an image that the target may not be able to pull is spoken of', () => {
  const source = { id: '111122223333', region: 'eu-west-1' };
  const target = { id: '444455556666', region: 'eu-west-1' };
  expect(imageDoubt(`${HERE}/model:1`, source, target)).toContain(
    'its repository policy has to let 444455556666 pull it',
  );
  expect(imageDoubt(`${THERE}/model:1`, source, target)).toBeUndefined();
  expect(imageDoubt(`${THERE}/model:1`, source, { ...target, region: 'us-east-1' })).toContain(
    'pulls from its own region',
  );
});
