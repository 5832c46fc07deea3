import { expect, test } from 'vitest';

import { addPackage, findModel, setApproval } from '../../../src/run/local/registry.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a group stands for its newest approved version, and a version for itself if it is approved', () => {
  const registry = { folder: temporaryFolder(), region: 'eu-west-1', unique: () => '0' };
  const time = '2026-01-31T12:00:00Z';
  for (const Image of ['first', 'second', 'third']) {
    const InferenceSpecification = { Containers: [{ Image }] };
    addPackage(registry, 'rings', { InferenceSpecification, ModelApprovalStatus: 'Approved' }, time);
  }
  const imageOf = (name: string) => findModel(registry, name)?.['Containers'];
  expect(imageOf('rings')).toEqual([{ Image: 'third' }]);
  expect(imageOf('rings/2')).toEqual([{ Image: 'second' }]);
  expect(imageOf('rings/4')).toBeUndefined();

  setApproval(registry, findVersion(3), 'Rejected', time);
  expect(imageOf('rings')).toEqual([{ Image: 'second' }]);
  expect(imageOf('rings/3')).toBeUndefined();
});

function findVersion(version: number) {
  return { ModelPackageGroupName: 'rings', ModelPackageVersion: version } as Parameters<typeof setApproval>[1];
}
