import { describe, expect, test } from 'vitest';
import { shapeNames, shapeOf } from '../../src/aws/shapes.ts';
import { stepShapes } from '../../src/aws/step-shapes.ts';
import { STEP_TYPES } from '../../src/check/step-types.ts';

const names = shapeNames();

describe('the table of shapes', () => {
  test('is read to the last line, and what a shape names is there', () => {
    const named = names.flatMap((name) => {
      const shape = shapeOf(name);
      if (shape.kind === 'structure') return [...shape.members.values()].map((member) => member.shape);
      if (shape.kind === 'list') return [shape.element];
      return shape.kind === 'map' ? [shape.key, shape.value] : [];
    });
    expect(names.length).toBeGreaterThan(800);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });

  test('has no pattern that does not compile', () => {
    const patterns = names.flatMap((name) => {
      const shape = shapeOf(name);
      return shape.kind === 'text' && shape.pattern !== undefined ? [shape.pattern] : [];
    });
    expect(patterns.length).toBeGreaterThan(100);
    for (const pattern of patterns) expect(() => pattern.test('s3://bucket/key')).not.toThrow();
  });

  test('has the requests and answers of every type of step', () => {
    const wanted = Object.keys(STEP_TYPES).flatMap((type) => {
      const shapes = stepShapes(type);
      return shapes === undefined ? [] : [shapes.request, ...shapes.answers];
    });
    expect(wanted.filter((name) => shapeOf(name).kind !== 'structure')).toEqual([]);
    expect(wanted.length).toBeGreaterThan(25);
  });
});

describe('a shape', () => {
  test('of a structure knows what a request needs, without the name that the service gives', () => {
    const shape = shapeOf('CreateProcessingJobRequest');
    const required = shape.kind === 'structure' ? [...shape.members].filter(([, { required }]) => required) : [];
    expect(required.map(([name]) => name)).toEqual(['ProcessingResources', 'AppSpecification', 'RoleArn']);
  });

  test('of a text has its bounds and its pattern, which holds for the whole of it', () => {
    const shape = shapeOf('RoleArn');
    expect(shape).toMatchObject({ kind: 'text', length: { least: 20, most: 2048 } });
    const pattern = shape.kind === 'text' ? shape.pattern! : undefined;
    expect(pattern?.test('arn:aws:iam::111122223333:role/Pipelines')).toBe(true);
    expect(pattern?.test('an arn:aws:iam::111122223333:role/Pipelines')).toBe(false);
  });

  test('of an enumeration has its values, whole ones', () => {
    const shape = shapeOf('ProcessingS3DataType');
    const values = shape.kind === 'enum' ? shape.values : undefined;
    expect([...values!]).toEqual(['ManifestFile', 'S3Prefix']);
    expect([values!.has('S3Prefix'), values!.has('Prefix'), values!.has('ManifestFile|S3Prefix')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('that is not there is an error of ours', () => {
    expect(() => shapeOf('Nothing')).toThrow('there is no shape Nothing');
  });
});
