import { type Json, type JsonObject, SCHEMA_VERSION } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { child } from '../definition/path.ts';
import { kindOf, show } from './describe.ts';
import { unknownMember } from './members.ts';
import { type Fault, type DocumentRule, error } from './rule.ts';

// The Python SDK writes five of them, its version 3 all six.
const MEMBERS = ['Version', 'Metadata', 'Parameters', 'PipelineExperimentConfig', 'MlflowConfig', 'Steps'];

/** The members at the top, and the version. */
export const documentMembers: DocumentRule = {
  on: 'document',
  *check({ document }): Generator<Fault> {
    const members = document as unknown as JsonObject;
    const version = members['Version'];
    if (version === undefined) {
      yield error('missing-member', child(undefined, 'Version'), 'Version is missing', {
        fix: `add "Version": "${SCHEMA_VERSION}"`,
      });
    } else if (typeof version === 'string' && version !== SCHEMA_VERSION) {
      yield error('unsupported-version', child(undefined, 'Version'), `There is no schema version ${show(version)}`, {
        fix: `SageMaker Pipelines knows "${SCHEMA_VERSION}"`,
      });
    }
    const metadata = members['Metadata'];
    if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
      yield error(
        'wrong-type',
        child(undefined, 'Metadata'),
        `Metadata must be an object, this is ${kindOf(metadata)}`,
      );
    }
    for (const name of Object.keys(members)) {
      if (!MEMBERS.includes(name)) yield unknownMember('A pipeline definition', name, child(undefined, name), MEMBERS);
    }
  },
};

// AWS counts characters of the text that it is given; ours without a blank is the shortest that a document can have.
const LARGEST = 1_048_576;

/** CreatePipeline takes a definition of 1 MiB. */
export const size: DocumentRule = {
  on: 'document',
  *check({ document }): Generator<Fault> {
    const length = lengthOf(document as unknown as Json, LARGEST);
    if (length <= LARGEST) return;
    yield error('too-large', undefined, `The definition is longer than ${LARGEST} characters, AWS's limit`, {
      fix: 'make several pipelines of it, or put long texts into files in S3',
    });
  },
};

/** The length of a value's shortest JSON text; counted no further than just beyond `limit`. */
function lengthOf(value: Json, limit: number): number {
  let length = 0;
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined && length <= limit; next = open.pop()) {
    if (typeof next === 'string') length += next.length + 2;
    else if (typeof next !== 'object' || next === null) length += String(next).length;
    else {
      const names = Array.isArray(next) ? [] : Object.keys(next);
      const inner: readonly Json[] = Array.isArray(next) ? next : names.map((name) => (next as JsonObject)[name]!);
      length += 2 + Math.max(0, inner.length - 1);
      for (const name of names) length += name.length + 3;
      for (const element of inner) open.push(element);
    }
  }
  return length;
}

// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ExperimentConfig.html
const EXPERIMENT_NAME = /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,119}$/;

const CONFIGS = {
  PipelineExperimentConfig: ['ExperimentName', 'TrialName'],
  MlflowConfig: ['MlflowResourceArn', 'MlflowExperimentName'],
} as const;

/** Where an execution is tracked: texts or expressions, and an experiment's names as AWS wants them. */
export const experiment: DocumentRule = {
  on: 'document',
  *check({ document }): Generator<Fault> {
    for (const [config, known] of Object.entries(CONFIGS)) {
      const value = (document as unknown as JsonObject)[config];
      const path = child(undefined, config);
      if (value === undefined || value === null) continue;
      if (!isObject(value) || isExpression(value)) {
        yield error('wrong-type', path, `${config} must be an object or null, this is ${kindOf(value)}`);
        continue;
      }
      for (const [name, member] of Object.entries(value)) {
        const at = child(path, name);
        if (!known.some((other) => other === name)) yield unknownMember(config, name, at, known);
        else if (member !== null && typeof member !== 'string' && !isExpression(member)) {
          yield error('wrong-type', at, `${name} must be a text or an expression, this is ${kindOf(member)}`);
        } else if (
          config === 'PipelineExperimentConfig' &&
          typeof member === 'string' &&
          !EXPERIMENT_NAME.test(member)
        ) {
          yield error('illegal-name', at, `${show(member)} cannot be an ${name}`, {
            detail: 'letters and digits, with hyphens between them, 120 at most',
          });
        }
      }
    }
  },
};
