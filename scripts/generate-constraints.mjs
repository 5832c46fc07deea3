// @ts-check
// Writes src/aws/generated/shapes.ts, what AWS's API says of the requests and answers behind the steps, from botocore:
//
//   pip download --no-deps botocore==1.43.11 && unzip botocore-*.whl 'botocore/data/*'
//   node scripts/generate-constraints.mjs botocore/data
//
// One line a shape; src/aws/shapes.ts says how a line is read.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { translatePattern } from './constraints/pattern.mjs';

/**
 * @typedef {{ shape: string }} Target
 * @typedef {{ type: string, required?: string[], members?: Record<string, Target>, member?: Target, key?: Target,
 *   value?: Target, enum?: string[], pattern?: string, min?: number, max?: number, union?: boolean, sparse?: boolean }} Shape
 * @typedef {Record<string, Shape>} Shapes
 * @typedef {{ service: string, prefix: string, isLoose?: boolean, isPascal?: boolean, requests: Record<string, readonly string[]>,
 *   answers: readonly string[], own?: Shapes }} Source `requests` gives for each request the members that a step may leave out.
 */

const TEXT = { type: 'string' };

/** @type {readonly Source[]} */
export const SOURCES = [
  {
    service: 'sagemaker',
    prefix: '',
    requests: {
      CreateProcessingJobRequest: ['ProcessingJobName'],
      CreateTrainingJobRequest: ['TrainingJobName'],
      CreateHyperParameterTuningJobRequest: ['HyperParameterTuningJobName'],
      CreateTransformJobRequest: ['TransformJobName'],
      CreateModelInput: ['ModelName'],
      CreateModelPackageInput: [],
      CreateAutoMLJobRequest: ['AutoMLJobName'],
      CreateEndpointConfigInput: ['EndpointConfigName'],
      CreateEndpointInput: ['EndpointName'],
      CreateInferenceComponentInput: ['InferenceComponentName'],
      LineageArguments: [],
    },
    answers: [
      'DescribeProcessingJobResponse',
      'DescribeTrainingJobResponse',
      'DescribeHyperParameterTuningJobResponse',
      'ListTrainingJobsForHyperParameterTuningJobResponse',
      'DescribeTransformJobResponse',
      'DescribeModelOutput',
      'DescribeModelPackageOutput',
      'DescribeAutoMLJobResponse',
      'DescribeEndpointConfigOutput',
      'DescribeEndpointOutput',
      'DescribeInferenceComponentOutput',
    ],
    // What a Lineage step's associations name is not a request of the API: they go by name within the step.
    own: {
      LineageArguments: {
        type: 'structure',
        members: {
          Actions: { shape: 'LineageActions' },
          Artifacts: { shape: 'LineageArtifacts' },
          Contexts: { shape: 'LineageContexts' },
          Associations: { shape: 'LineageAssociations' },
        },
      },
      LineageActions: { type: 'list', member: { shape: 'CreateActionRequest' } },
      LineageArtifacts: { type: 'list', member: { shape: 'CreateArtifactRequest' } },
      LineageContexts: { type: 'list', member: { shape: 'CreateContextRequest' } },
      LineageAssociations: { type: 'list', member: { shape: 'LineageAssociation' } },
      LineageAssociation: {
        type: 'structure',
        members: {
          Source: { shape: 'LineageEnd' },
          Destination: { shape: 'LineageEnd' },
          AssociationType: { shape: 'AssociationEdgeType' },
        },
        required: ['Source', 'Destination'],
      },
      LineageEnd: {
        type: 'structure',
        members: { Name: { shape: 'LineageText' }, Type: { shape: 'LineageText' }, Arn: { shape: 'LineageText' } },
      },
      LineageText: TEXT,
    },
  },
  {
    service: 'emr',
    prefix: 'emr.',
    requests: { StepArguments: [], StepConfig: ['Name'], RunJobFlowInput: ['Name'] },
    answers: ['Step'],
    own: {
      StepArguments: {
        type: 'structure',
        members: {
          StepConfig: { shape: 'StepConfig' },
          ClusterId: { shape: 'ClusterId' },
          ClusterConfig: { shape: 'RunJobFlowInput' },
          ExecutionRoleArn: { shape: 'XmlString' },
        },
        required: ['StepConfig'],
      },
    },
  },
  {
    service: 'emr-serverless',
    prefix: 'emr-serverless.',
    isLoose: true,
    requests: {
      StepArguments: [],
      StartJobRunRequest: ['applicationId', 'clientToken', 'executionRoleArn'],
      CreateApplicationRequest: ['clientToken'],
    },
    answers: [],
    own: {
      StepArguments: {
        type: 'structure',
        members: {
          ExecutionRoleArn: { shape: 'Text' },
          JobConfig: { shape: 'StartJobRunRequest' },
          ApplicationId: { shape: 'Text' },
          ApplicationConfig: { shape: 'CreateApplicationRequest' },
        },
        required: ['JobConfig'],
      },
      Text: TEXT,
    },
  },
  {
    service: 'bedrock',
    prefix: 'bedrock.',
    isLoose: true,
    isPascal: true,
    requests: {
      CreateCustomModelRequest: [],
      CreateCustomModelDeploymentRequest: [],
      CreateModelImportJobRequest: [],
      CreateProvisionedModelThroughputRequest: [],
    },
    answers: [],
  },
];

/**
 * The text of the generated file.
 *
 * @param {(service: string) => Shapes} shapesOf
 * @param {readonly Source[]} sources
 */
export function generateConstraints(shapesOf, sources = SOURCES) {
  const lines = sources.flatMap((source) => linesOf(source, { ...shapesOf(source.service), ...source.own }));
  const faulty = lines.find((line) => /[`\n]|\$\{/.test(line));
  if (faulty !== undefined) throw new Error(`this line cannot stand in the generated file: ${faulty}`);
  return [
    "// Generated by scripts/generate-constraints.mjs from botocore's API models; do not edit.",
    '/** One line a shape, as `src/aws/shapes.ts` reads them. */',
    'export const SHAPES = String.raw`',
    ...lines,
    '`;',
    '',
  ].join('\n');
}

/** @param {Source} source @param {Shapes} shapes @returns {string[]} */
function linesOf(source, shapes) {
  const given = reachable(Object.keys(source.requests), shapes);
  const all = reachable([...Object.keys(source.requests), ...source.answers], shapes);
  return [...all].toSorted().map((name) => lineOf(name, source, shapes, given.has(name)));
}

/** @param {readonly string[]} roots @param {Shapes} shapes */
function reachable(roots, shapes) {
  /** @type {Set<string>} */
  const found = new Set();
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const shape = shapeOf(name, shapes);
    for (const target of [shape.member, shape.key, shape.value, ...Object.values(shape.members ?? {})]) {
      if (target !== undefined) open.push(target.shape);
    }
  }
  return found;
}

/** @param {string} name @param {Shapes} shapes */
function shapeOf(name, shapes) {
  const shape = shapes[name];
  if (shape === undefined) throw new Error(`the model has no shape ${name}`);
  return shape;
}

/** What only an answer has is needed for the types of properties: its constraints are left out. @param {string} name @param {Source} source @param {Shapes} shapes @param {boolean} isGiven */
function lineOf(name, source, shapes, isGiven) {
  const shape = shapeOf(name, shapes);
  const full = source.prefix + name;
  const isStrict = isGiven && source.isLoose !== true;
  const range = isStrict ? `${shape.min ?? '-'} ${shape.max ?? '-'}` : '- -';
  const target = (/** @type {Target | undefined} */ to) => source.prefix + (to?.shape ?? '');
  switch (shape.type) {
    case 'structure': {
      const optional = source.requests[name] ?? [];
      const members = Object.entries(shape.members ?? {}).map(([member, to]) => {
        const spelt = source.isPascal === true ? `${member[0]?.toUpperCase()}${member.slice(1)}` : member;
        const mark = isGiven && shape.required?.includes(member) === true && !optional.includes(member) ? '!' : '';
        return `${spelt}${mark}${target(to) === spelt ? '' : `:${target(to)}`}`;
      });
      return [full, shape.union === true ? 'U' : 'S', ...members].join(' ');
    }
    case 'list':
      return `${full} L ${target(shape.member)} ${range}`;
    case 'map':
      return `${full} M ${target(shape.key)} ${target(shape.value)} ${range}`;
    case 'string':
      return textLine(full, shape, isGiven, isStrict);
    case 'integer':
    case 'long':
      return `${full} I ${range}`;
    case 'float':
    case 'double':
      return `${full} F ${range}`;
    case 'boolean':
      return `${full} B`;
    case 'timestamp':
      return `${full} D`;
    case 'blob':
      return `${full} T - -`;
    default:
      throw new Error(`${name} is of the unknown type ${shape.type}`);
  }
}

/** @param {string} full @param {Shape} shape @param {boolean} isGiven @param {boolean} isStrict */
function textLine(full, shape, isGiven, isStrict) {
  if (isGiven && shape.enum !== undefined) {
    if (shape.enum.some((value) => /[|\n]/.test(value))) throw new Error(`an enum value of ${full} holds "|"`);
    return `${full} E ${shape.enum.join('|')}`;
  }
  if (!isStrict) return `${full} T - -`;
  const pattern = shape.pattern === undefined ? '' : translatePattern(shape.pattern);
  return `${full} T ${shape.min ?? '-'} ${shape.max ?? '-'}${pattern === '' ? '' : ` ${pattern}`}`;
}

/** The shapes of a service in a folder of botocore's, of its newest API. @param {string} folder */
export function readShapes(folder) {
  return (/** @type {string} */ service) => {
    const version = readdirSync(join(folder, service)).toSorted().at(-1) ?? '';
    const text = gunzipSync(readFileSync(join(folder, service, version, 'service-2.json.gz'))).toString();
    return /** @type {Shapes} */ (JSON.parse(text).shapes);
  };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    process.stderr.write('usage: node scripts/generate-constraints.mjs <data folder of botocore>\n');
    process.exitCode = 2;
  } else {
    const text = generateConstraints(readShapes(folder));
    writeFileSync(new URL('../src/aws/generated/shapes.ts', import.meta.url), text);
  }
}
