import { join } from 'node:path';
import { expect, test } from 'vitest';

import { readConfig } from '../../src/cli/config.ts';
import { writeProject } from '../support/project.ts';

const FILE = 'pipelines.config.json';
const folderWith = (text: string): string => writeProject({ [FILE]: text }).folder;

test('a project says its defaults once', () => {
  const settings = { default: 'batch', region: 'eu-west-1', bucket: 'models', roleArn: 'arn:aws:iam::1:role/r' };
  expect(readConfig(folderWith(JSON.stringify(settings)))).toEqual(settings);
});

test('without the file nothing is configured', () => {
  expect(readConfig(writeProject({}).folder)).toEqual({});
});

test('a byte order mark is no mistake', () => {
  expect(readConfig(folderWith('\uFEFF{}'))).toEqual({});
});

test('every wrong setting is reported with its line', () => {
  const folder = folderWith('{\n  "rolearn": "x",\n  "region": 5,\n  "bucket": ""\n}\n');
  expect(() => readConfig(folder)).toThrow(
    expect.objectContaining({
      failure: 'usage',
      code: 'bad-config',
      diagnostics: [
        {
          code: 'unknown-setting',
          severity: 'error',
          message: 'pipelines.config.json has no setting "rolearn"',
          at: `${join(folder, FILE)}:2`,
          detail: 'the settings are: default, region, bucket, roleArn, images, functions, callbacks',
          fix: 'did you mean "roleArn"?',
        },
        {
          code: 'bad-setting',
          severity: 'error',
          message: 'The setting "region" must be a text, it is 5',
          at: `${join(folder, FILE)}:3`,
          fix: 'write "5"',
        },
        {
          code: 'bad-setting',
          severity: 'error',
          message: 'The setting "bucket" must be a text, it is empty',
          at: `${join(folder, FILE)}:4`,
        },
      ],
    }),
  );
});

test('a project says what stands in for its images', () => {
  const images = {
    'my-image': {
      environment: 'python:3.11',
      requirements: ['lightgbm==4.5.0'],
      command: ['python3', 'serve.py', '{port}'],
    },
  };
  expect(readConfig(folderWith(JSON.stringify({ images })))).toEqual({ images });
});

test.each([
  [[], 'The setting "images" must be an object, it is []', undefined],
  [{ a: 'python' }, 'The setting of image a must be an object, it is "python"', undefined],
  [{ a: { comand: [] } }, 'The setting of image a has no member "comand"', 'did you mean "command"?'],
  [{ a: { environment: 3 } }, '"environment" of image a must be a text', undefined],
  [{ a: { requirements: 'six' } }, '"requirements" of image a must be a list of texts', undefined],
])('images that are %j are reported', (images, message, fix) => {
  const folder = folderWith(`{\n  "images": ${JSON.stringify(images)}\n}\n`);
  const diagnostic = { code: 'bad-setting', severity: 'error', message, at: `${join(folder, FILE)}:2` };
  const expected = expect.objectContaining({ ...diagnostic, ...(fix === undefined ? {} : { fix }) }) as unknown;
  expect(() => readConfig(folder)).toThrow(expect.objectContaining({ code: 'bad-config', diagnostics: [expected] }));
});

test.each([
  ['{\n  "region": "eu-west-1",\n}\n', 3],
  ['{\n  "region": \n', 3],
])('%j is no JSON, which shows on line %i', (text, line) => {
  const folder = folderWith(text);
  expect(() => readConfig(folder)).toThrow(
    expect.objectContaining({ message: 'pipelines.config.json is not JSON', at: `${join(folder, FILE)}:${line}` }),
  );
});

test('a list is no configuration', () => {
  expect(() => readConfig(folderWith('[]'))).toThrow('pipelines.config.json must hold one object');
});

test('a folder of that name cannot be read', () => {
  expect(() => readConfig(writeProject({ [`${FILE}/x`]: '' }).folder)).toThrow(
    expect.objectContaining({ failure: 'usage', code: 'config-unreadable' }),
  );
});
