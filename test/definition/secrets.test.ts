import { describe, expect, test } from 'vitest';

import { hideSecrets, isSecret, maskSecrets, secretValues } from '../../src/definition/secrets.ts';

describe('a parameter looks like a secret', () => {
  test.each([
    'Password',
    'db_password',
    'DbPassword',
    'ApiKey',
    'api-key',
    'APIKey',
    'SecretAccessKey',
    'AccessKey',
    'ClientSecret',
    'HuggingFaceToken',
    'Credentials',
    'PRIVATE_KEY',
  ])('by its name: %s', (name) => {
    expect(isSecret(name, 'value')).toBe(true);
  });

  test.each([
    'AKIAIOSFODNN7EXAMPLE',
    'ghp_0123456789abcdefghijklmnop',
    'hf_0123456789abcdefghijklmnop',
    '-----BEGIN RSA PRIVATE KEY-----\nMII…',
    'postgres://me:hunter2@db.example.com/x',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc',
  ])('by its value: %s', (value) => {
    expect(isSecret('Input', value)).toBe(true);
  });
});

describe('a parameter is none', () => {
  test.each<[string, string | number | boolean]>([
    ['SecretArn', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db'],
    ['Secret', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db'],
    ['PasswordColumn', 'pwd'],
    ['MaxTokens', 100],
    ['Tokenizer', 'bert'],
    ['Token', 5],
    ['KeyColumn', 'id'],
    ['AccessKeyId', 'x'],
    ['UsePassword', true],
    ['InputDataUrl', 's3://bucket/key@1:2'],
    ['Secretary', 'Ann'],
    ['Compass', 'north'],
    ['ImageUri', '111122223333.dkr.ecr.eu-west-1.amazonaws.com/image:1'],
  ])('for %s', (name, value) => {
    expect(isSecret(name, value)).toBe(false);
  });
});

test('what looks like one is masked, and taken out of whatever repeats it', () => {
  const parameters = { Password: 'hunter2"x', Rows: 5, Pwd: 'no' };
  expect(maskSecrets(parameters)).toEqual({ Password: '****', Rows: 5, Pwd: '****' });
  // Two letters stand in too many words.
  expect(secretValues(parameters)).toEqual(['hunter2"x']);
  const event = { reason: 'login with hunter2"x failed, no luck', tail: ['hunter2"x'], seconds: 3 };
  expect(hideSecrets(event, secretValues(parameters))).toEqual({
    reason: 'login with **** failed, no luck',
    tail: ['****'],
    seconds: 3,
  });
});

test('is taken out whole where another one is its beginning, and where a line break stands before a part of it', () => {
  const parameters = { Password: 'hunter', OldPassword: 'hunter-2024', Pwd: 'notary' };
  const event = { line: 'hunter-2024, hunter', text: 'a\notary' };
  expect(hideSecrets(event, secretValues(parameters))).toEqual({ line: '****, ****', text: 'a\notary' });
});
