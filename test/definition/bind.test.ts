import { describe, expect, test } from 'vitest';
import { bind } from '../../src/definition/bind.ts';
import type { Json, PipelineDocument } from '../../src/definition/document.ts';

const BUCKET = { Get: 'Parameters.ArtifactBucket' };
const ROLE = { Get: 'Parameters.ExecutionRoleArn' };
const ID = { Get: 'Execution.PipelineExecutionId' };
const ACCOUNT = { bucket: 'my-bucket', roleArn: 'arn:aws:iam::111122223333:role/Jobs' };

function documentWith(value: Json): PipelineDocument {
  return {
    Version: '2020-12-01',
    Parameters: [
      { Name: 'Mine', Type: 'String' },
      { Name: 'ArtifactBucket', Type: 'String' },
      { Name: 'ExecutionRoleArn', Type: 'String' },
    ],
    Steps: [{ Name: 'A', Type: 'Training', Arguments: { value } }],
  };
}

function bound(value: Json, account = ACCOUNT): Json | undefined {
  return bind(documentWith(value), account).Steps[0]!.Arguments['value'];
}

const join = (separator: string, ...values: Json[]): Json => ({ 'Std:Join': { On: separator, Values: values } });

describe('bind', () => {
  test('puts the bucket and the role in the place of their parameters and drops the declarations', () => {
    const document = bind(documentWith({ RoleArn: ROLE, Bucket: BUCKET }), ACCOUNT);
    expect(document.Parameters).toEqual([{ Name: 'Mine', Type: 'String' }]);
    expect(document.Steps[0]!.Arguments['value']).toEqual({ RoleArn: ACCOUNT.roleArn, Bucket: 'my-bucket' });
  });

  test('leaves a value that is not given a parameter', () => {
    const document = bind(documentWith([BUCKET, ROLE]), { bucket: 'b' });
    expect(document.Parameters?.map(({ Name }) => Name)).toEqual(['Mine', 'ExecutionRoleArn']);
    expect(document.Steps[0]!.Arguments['value']).toEqual(['b', ROLE]);
  });

  test('gives back the very document when there is nothing to bind', () => {
    const document = documentWith([BUCKET]);
    expect(bind(document, {})).toBe(document);
    const foreign: PipelineDocument = {
      Version: '2020-12-01',
      Steps: [{ Name: 'A', Type: 'Fail', Arguments: { x: [ID] } }],
    };
    expect(bind(foreign, ACCOUNT)).toBe(foreign);
  });

  test('makes text of a join that is known by that', () => {
    expect(bound(join('', 's3://', BUCKET, '/assets/x'))).toBe('s3://my-bucket/assets/x');
    expect(bound(join('/', 's3:/', BUCKET, 'x'))).toBe('s3://my-bucket/x');
  });

  test('puts the pieces around a bound one together, and leaves the rest of the join open', () => {
    expect(bound(join('', 's3://', BUCKET, '/', ID, '/x'))).toEqual(join('', 's3://my-bucket/', ID, '/x'));
  });

  test('keeps the pieces of a join with a separator as they stand', () => {
    expect(bound(join('/', 's3:/', BUCKET, 'a', ID))).toEqual(join('/', 's3:/', 'my-bucket', 'a', ID));
  });

  test('leaves a join that it does not touch as it is, folded or not', () => {
    const value = join('', 'a', 'b', ID);
    const document = documentWith([value, BUCKET]);
    expect((bind(document, ACCOUNT).Steps[0]!.Arguments['value'] as Json[])[0]).toBe(value);
  });

  test('works from the inside of nested joins outwards', () => {
    expect(bound(join('/', join('', BUCKET, '-x'), ID))).toEqual(join('/', 'my-bucket-x', ID));
    expect(bound(join('/', join('', BUCKET, '-x'), 'y'))).toBe('my-bucket-x/y');
  });

  test('keeps the address of a JsonGet a join, since AWS takes nothing else there', () => {
    const get = (uri: Json): Json => ({ 'Std:JsonGet': { S3Uri: uri, Path: 'a' } });
    expect(bound(get(join('', 's3://', BUCKET, '/e.json')))).toEqual(get(join('', 's3://my-bucket/e.json')));
  });

  test('reaches into conditions, branches and the experiment', () => {
    const document: PipelineDocument = {
      Version: '2020-12-01',
      PipelineExperimentConfig: { ExperimentName: BUCKET, TrialName: ID },
      Steps: [
        {
          Name: 'C',
          Type: 'Condition',
          Arguments: {
            Conditions: [{ Type: 'Equals', LeftValue: BUCKET, RightValue: 'x' }],
            IfSteps: [{ Name: 'D', Type: 'Fail', Arguments: { ErrorMessage: BUCKET } }],
            ElseSteps: [],
          },
        },
      ],
    };
    expect(JSON.stringify(bind(document, ACCOUNT))).not.toContain('ArtifactBucket');
  });

  test('keeps members named __proto__ and constructor what they are', () => {
    const value = JSON.parse(
      '{"__proto__": {"a": 1}, "constructor": 2, "role": {"Get": "Parameters.ExecutionRoleArn"}}',
    ) as Json;
    expect(JSON.stringify(bound(value))).toBe(`{"__proto__":{"a":1},"constructor":2,"role":"${ACCOUNT.roleArn}"}`);
  });
});
