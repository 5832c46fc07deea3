import { describe, expect, test } from 'vitest';

import { bucketOf, regionNotes, regionOf, roleOf } from '../../src/cli/settings.ts';

const roleArn = 'arn:aws:iam::111122223333:role/service-role/SageMaker';

describe('the region', () => {
  const env = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' };
  const config = { region: 'eu-west-3' };
  test.each([
    ['eu-north-1', env, config, { value: 'eu-north-1', from: '--region' }],
    [undefined, env, config, { value: 'eu-west-1', from: 'AWS_REGION' }],
    [undefined, { ...env, AWS_REGION: '' }, config, { value: 'eu-west-2', from: 'AWS_DEFAULT_REGION' }],
    [undefined, {}, config, { value: 'eu-west-3', from: 'pipelines.config.json' }],
    [undefined, {}, {}, { value: 'us-east-1', from: 'default' }],
    ['us-gov-west-1', {}, {}, { value: 'us-gov-west-1', from: '--region' }],
  ])('%j, %j, %j: %j', (flag, env, config, region) => {
    expect(regionOf(flag, env, config)).toEqual(region);
  });

  test('is mentioned when nobody gave one', () => {
    expect(regionNotes(regionOf(undefined, {}, {}))).toHaveLength(1);
    expect(regionNotes(regionOf('us-east-1', {}, {}))).toEqual([]);
  });

  test('has the shape of one', () => {
    expect(() => regionOf(undefined, { AWS_REGION: 'eu-west' }, {})).toThrow(
      expect.objectContaining({ message: '"eu-west" is no region', detail: 'it comes from AWS_REGION' }),
    );
  });
});

describe('the role', () => {
  test.each([
    [roleArn, {}, {}, '--role-arn'],
    [undefined, { SAGEMAKER_PIPELINE_ROLE_ARN: roleArn }, { roleArn: 'other' }, 'SAGEMAKER_PIPELINE_ROLE_ARN'],
    [undefined, {}, { roleArn }, 'pipelines.config.json'],
  ])('%j, %j, %j: from %s', (flag, env, config, from) => {
    expect(roleOf(flag, env, config)).toEqual({ value: roleArn, from });
  });

  test('may be open', () => {
    expect(roleOf(undefined, {}, {})).toBeUndefined();
  });

  test.each(['SageMaker', 'arn:aws:iam::1:role/x', 'arn:aws:iam::111122223333:user/x'])('%s is none', (flag) => {
    expect(() => roleOf(flag, {}, {})).toThrow(`"${flag}" is no role ARN`);
  });
});

describe('the bucket', () => {
  test('comes from the flag, then the configuration', () => {
    expect(bucketOf('one', { bucket: 'two' })).toEqual({ value: 'one', from: '--bucket' });
    expect(bucketOf(undefined, { bucket: 'two' })).toEqual({ value: 'two', from: 'pipelines.config.json' });
    expect(bucketOf(undefined, {})).toBeUndefined();
  });

  test('is a name, not an address', () => {
    expect(() => bucketOf('s3://models/x', {})).toThrow(
      expect.objectContaining({ message: '"s3://models/x" is no bucket', fix: 'the name alone: models' }),
    );
    expect(() => bucketOf('Models', {})).toThrow('"Models" is no bucket');
  });
});
