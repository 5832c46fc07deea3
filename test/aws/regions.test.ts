import { describe, expect, test } from 'vitest';
import { isRegion, partitionOf } from '../../src/aws/regions.ts';

describe('partitionOf', () => {
  test.each([
    ['us-east-1', 'aws', 'amazonaws.com'],
    ['il-central-1', 'aws', 'amazonaws.com'],
    ['cn-northwest-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
    ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
    ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
    ['us-isof-south-1', 'aws-iso-f', 'csp.hci.ic.gov'],
    ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk'],
    ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
  ])('puts %s into %s', (region, id, dnsSuffix) => {
    expect(partitionOf(region)).toEqual({ id, dnsSuffix });
  });
});

describe('isRegion', () => {
  test.each(['us-east-1', 'ap-southeast-7', 'us-gov-west-1', 'us-isob-east-1', 'eusc-de-east-1', 'xx-newplace-12'])(
    'takes %s',
    (text) => {
      expect(isRegion(text)).toBe(true);
    },
  );

  test.each([
    '',
    'us-east',
    'us-east-1a',
    'US-EAST-1',
    'useast1',
    'us-east-1 ',
    'aws-global',
    'us-east-1.amazonaws.com',
  ])('refuses "%s"', (text) => {
    expect(isRegion(text)).toBe(false);
  });
});
