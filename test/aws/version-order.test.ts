import { describe, expect, test } from 'vitest';
import { compareVersions, versionsByNearness } from '../../src/aws/version-order.ts';

test('versions are ordered by their numbers, not by their letters', () => {
  const versions = ['1.10.2', '1.2-1', '0.90-1', '1.9.1', '1.10', '2.0.0'];
  expect(versions.toSorted(compareVersions)).toEqual(['0.90-1', '1.2-1', '1.9.1', '1.10', '1.10.2', '2.0.0']);
});

describe('versionsByNearness', () => {
  test('prefers the version that shares the leading numbers', () => {
    expect(versionsByNearness('2.5.0', ['1.5.0', '2.4.0', '2.5.1', '2.6.0'])[0]).toBe('2.5.1');
    expect(versionsByNearness('1.2', ['0.23-1', '1.0-1', '1.2-1'])[0]).toBe('1.2-1');
  });

  test('then the one whose number is nearest, and of two the newer', () => {
    expect(versionsByNearness('1.3-1', ['1.0-1', '1.2-1', '1.4-2'])).toEqual(['1.4-2', '1.2-1', '1.0-1']);
  });

  test('lists the newest first for a text without numbers', () => {
    expect(versionsByNearness('latest', ['1.9.1', '1.10.0', '0.4.0'])).toEqual(['1.10.0', '1.9.1', '0.4.0']);
  });
});
