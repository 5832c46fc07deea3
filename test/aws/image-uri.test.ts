import { describe, expect, test } from 'vitest';
import { parseImageUri, registryHost } from '../../src/aws/image-uri.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseImageUri', () => {
  test('takes account and region from the host of a private ECR registry', () => {
    expect(parseImageUri('763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312')).toEqual({
      registry: '763104351884.dkr.ecr.us-east-1.amazonaws.com',
      account: '763104351884',
      region: 'us-east-1',
      repository: 'pytorch-training',
      tag: '2.6.0-cpu-py312',
    });
  });

  test.each([
    ['cn-north-1', '111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn'],
    ['us-isob-east-1', '111122223333.dkr.ecr.us-isob-east-1.sc2s.sgov.gov'],
    ['eusc-de-east-1', '111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu'],
    ['us-gov-west-1', '111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com'],
    ['us-east-1', '111122223333.dkr-ecr.us-east-1.on.aws'],
  ])('knows the ECR host of %s: %s', (region, host) => {
    expect(parseImageUri(`${host}/scorer`)).toEqual({
      registry: host,
      account: '111122223333',
      region,
      repository: 'scorer',
    });
  });

  test.each([
    '111122223333.dkr.ecr.us-east-1.amazonaws.com.example.org',
    '111122223333.dkr.ecr.cn-north-1.amazonaws.com',
    '111122223333.dkr.ecr.nowhere.amazonaws.com',
    '1111.dkr.ecr.us-east-1.amazonaws.com',
    'public.ecr.aws',
  ])('takes %s for a registry, but not for a private one of ECR', (host) => {
    expect(parseImageUri(`${host}/scorer:v1`)).toEqual({ registry: host, repository: 'scorer', tag: 'v1' });
  });

  test('tells a port from a tag, and keeps the slashes of a repository', () => {
    expect(parseImageUri('localhost:5000/team/models/scorer')).toEqual({
      registry: 'localhost:5000',
      repository: 'team/models/scorer',
    });
    expect(parseImageUri('localhost:5000/scorer:v1')).toEqual({
      registry: 'localhost:5000',
      repository: 'scorer',
      tag: 'v1',
    });
  });

  test('reads a digest, with and without a tag', () => {
    expect(parseImageUri(`quay.io/team/scorer@${DIGEST}`)).toEqual({
      registry: 'quay.io',
      repository: 'team/scorer',
      digest: DIGEST,
    });
    expect(parseImageUri(`scorer:v1@${DIGEST}`)).toEqual({ repository: 'scorer', tag: 'v1', digest: DIGEST });
  });

  test('leaves the registry out where none is named', () => {
    expect(parseImageUri('python:3.12')).toEqual({ repository: 'python', tag: '3.12' });
    expect(parseImageUri('team/scorer')).toEqual({ repository: 'team/scorer' });
  });

  test.each([
    '',
    ' ',
    'Scorer',
    'a b',
    'https://quay.io/scorer',
    'scorer:',
    'scorer@sha256:',
    'quay.io/',
    '/scorer',
    'a//b',
  ])('gives nothing for "%s"', (text) => {
    expect(parseImageUri(text)).toBeUndefined();
  });
});

test('the host of a registry ends in what its partition ends in', () => {
  expect(registryHost('450853457545', 'cn-north-1')).toBe('450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn');
});
