import { shapeOf } from '../../aws/shapes.ts';
import { stepShapes } from '../../aws/step-shapes.ts';
import type { JsonObject, StepDocument } from '../../definition/document.ts';
import { isExpression, isObject } from '../../definition/expression.ts';
import {
  ANY,
  NUMBER,
  type Place,
  type StructurePlace,
  TEXT,
  listOf,
  mapOf,
  structure,
  structureOfShape,
  withMember,
} from './place.ts';

/** What this library's function for a type of step takes. */
export interface Kind {
  /** `training` of `step.training`. */
  readonly builder: string;
  /** The place of the arguments, or why the types refuse them as a whole. */
  readonly place: (args: JsonObject) => Place | string;
  /** The member that the library fills in where it is left out. */
  readonly role?: 'RoleArn' | 'ExecutionRoleArn';
  readonly retry?: 'job' | 'call';
  readonly hasCache?: boolean;
}

const processingPlace = requestOf('Processing', { role: 'RoleArn', optional: ['ProcessingJobName'] });

const KINDS: Readonly<Record<string, Kind>> = {
  Processing: {
    builder: 'processing',
    place: processingPlace,
    role: 'RoleArn',
    retry: 'job',
    hasCache: true,
  },
  Training: {
    builder: 'training',
    place: requestOf('Training', { role: 'RoleArn', optional: ['TrainingJobName'] }),
    role: 'RoleArn',
    retry: 'job',
    hasCache: true,
  },
  Tuning: { builder: 'tuning', place: tuningPlace, retry: 'job', hasCache: true },
  Transform: {
    builder: 'transform',
    place: requestOf('Transform', { optional: ['TransformJobName'] }),
    retry: 'job',
    hasCache: true,
  },
  Model: {
    builder: 'model',
    place: requestOf('Model', { role: 'ExecutionRoleArn', optional: ['ModelName'] }),
    role: 'ExecutionRoleArn',
    retry: 'call',
  },
  RegisterModel: { builder: 'registerModel', place: requestOf('RegisterModel', {}), retry: 'call' },
  AutoML: { builder: 'autoML', place: autoMLPlace, role: 'RoleArn', retry: 'job', hasCache: true },
  EndpointConfig: {
    builder: 'endpointConfig',
    place: requestOf('EndpointConfig', {
      required: ['EndpointConfigName'],
      without: ['DataCaptureConfig', 'ExplainerConfig'],
    }),
    retry: 'call',
    hasCache: true,
  },
  Endpoint: {
    builder: 'endpoint',
    place: requestOf('Endpoint', { required: ['EndpointName'], without: ['DeploymentConfig'] }),
    hasCache: true,
  },
  EMR: { builder: 'emr', place: emrPlace, retry: 'job', hasCache: true },
  EMRServerless: { builder: 'emrServerless', place: emrServerlessPlace, retry: 'job', hasCache: true },
  Lambda: { builder: 'lambda', place: () => mapOf(ANY), hasCache: true },
  Callback: { builder: 'callback', place: () => mapOf(ANY), hasCache: true },
  QualityCheck: { builder: 'qualityCheck', place: processingPlace, role: 'RoleArn', hasCache: true },
  ClarifyCheck: { builder: 'clarifyCheck', place: processingPlace, role: 'RoleArn', hasCache: true },
  Fail: { builder: 'fail', place: () => structure('a Fail step', { 'ErrorMessage!': TEXT }) },
};

/** What this library knows of a type of step; undefined for one that it has no function for. */
export function kindOf({ Type: type }: StepDocument): Kind | undefined {
  return Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
}

interface RequestOptions {
  readonly role?: Kind['role'];
  readonly optional?: readonly string[];
  /** The names that no pipeline chooses for its author. */
  readonly required?: readonly string[];
  readonly without?: readonly string[];
}

function requestOf(type: string, { role, ...options }: RequestOptions): Kind['place'] {
  return (args) => {
    const place = structureOfShape(shapeOf(stepShapes(type)!.request), options);
    const why = role === undefined ? undefined : roleMissing(args, role);
    return why ?? place;
  };
}

function roleMissing(args: JsonObject, role: string): string | undefined {
  const given = args[role];
  return given === undefined || given === null
    ? `the document gives the job no ${role}, and this library would fill in the account's`
    : undefined;
}

function tuningPlace(args: JsonObject): Place | string {
  const { TrainingJobDefinition: one = {}, TrainingJobDefinitions: several = [] } = args;
  const isThere = isObject(one) && !isExpression(one) && Array.isArray(several);
  const jobs = isThere ? [...(args['TrainingJobDefinition'] === undefined ? [] : [one]), ...several] : [];
  if (!isThere || !jobs.every((job) => isObject(job) && !isExpression(job))) {
    return 'the types want the training jobs of a search as objects';
  }
  const why = jobs.map((job) => roleMissing(job as JsonObject, 'RoleArn')).find((found) => found !== undefined);
  return why ?? structureOfShape(shapeOf(stepShapes('Tuning')!.request), { optional: ['HyperParameterTuningJobName'] });
}

function autoMLPlace(args: JsonObject): Place | string {
  const { AutoMLJobConfig: config } = args;
  if (!isObject(config) || config['Mode'] !== 'ENSEMBLING') {
    return 'in a pipeline AWS takes no other mode than ENSEMBLING, and the types want it said';
  }
  return requestOf('AutoML', {
    role: 'RoleArn',
    optional: ['AutoMLJobName'],
    without: ['ModelDeployConfig', 'GenerateCandidateDefinitionsOnly'],
  })(args);
}

const HADOOP_JAR_STEP = structure('HadoopJarStep', {
  'Jar!': TEXT,
  Args: listOf(TEXT),
  MainClass: TEXT,
  Properties: listOf(structure('a property', { 'Key!': TEXT, 'Value!': TEXT })),
});
const EMR_WORK: StructurePlace = structure('an EMR step', {
  'StepConfig!': structure('StepConfig', { 'HadoopJarStep!': HADOOP_JAR_STEP }),
});
const EMR_CLUSTER: Place = structure('ClusterConfig', {
  'Instances!': mapOf(ANY),
  ReleaseLabel: TEXT,
  Applications: listOf(structure('an application', { 'Name!': TEXT, Version: TEXT })),
  BootstrapActions: listOf(ANY),
  ServiceRole: TEXT,
  JobFlowRole: TEXT,
  LogUri: TEXT,
});

function emrPlace(args: JsonObject): Place | string {
  const { ClusterId: id, ClusterConfig: config } = args;
  if ((id === undefined) === (config === undefined))
    return 'an EMR step has ClusterId or ClusterConfig, one of the two';
  if (config === undefined) {
    return withMember(withMember(EMR_WORK, 'ClusterId', TEXT), 'ExecutionRoleArn', TEXT);
  }
  if (!isObject(config) || !isObject(config['Instances'])) return 'the types want ClusterConfig and its Instances';
  if (args['ExecutionRoleArn'] !== undefined) return 'a role is for a cluster that is there: ClusterId';
  const { Instances: instances } = config;
  const { InstanceGroups: groups, InstanceFleets: fleets } = instances;
  if ((groups === undefined) === (fleets === undefined) || !Array.isArray(groups ?? fleets)) {
    return 'a cluster has a list of InstanceGroups or of InstanceFleets, one of the two';
  }
  const forbidden = [
    ...['Name', 'Steps', 'AutoTerminationPolicy'].filter((member) => member in config),
    ...['KeepJobFlowAliveWhenNoSteps', 'TerminationProtected'].filter((member) => member in instances),
  ];
  if (forbidden.length > 0) return `the pipeline itself decides on ${forbidden.join(' and ')} of its cluster`;
  return withMember(EMR_WORK, 'ClusterConfig', EMR_CLUSTER);
}

const EMR_SERVERLESS_JOB = structure('JobConfig', {
  'executionRoleArn!': TEXT,
  'jobDriver!': structure('jobDriver', {
    sparkSubmit: structure('sparkSubmit', {
      'entryPoint!': TEXT,
      entryPointArguments: listOf(TEXT),
      sparkSubmitParameters: TEXT,
    }),
    hive: structure('hive', { 'query!': TEXT, initQueryFile: TEXT, parameters: TEXT }),
  }),
  configurationOverrides: mapOf(ANY),
  executionTimeoutMinutes: NUMBER,
  name: TEXT,
  tags: mapOf(TEXT),
  applicationId: TEXT,
});

function emrServerlessPlace({ ApplicationId: id, ApplicationConfig: config }: JsonObject): Place | string {
  if ((id === undefined) === (config === undefined)) {
    return 'an EMR Serverless step has ApplicationId or ApplicationConfig, one of the two';
  }
  return structure('an EMR Serverless step', {
    'ExecutionRoleArn!': TEXT,
    'JobConfig!': EMR_SERVERLESS_JOB,
    ...(id === undefined ? { ApplicationConfig: mapOf(ANY) } : { ApplicationId: TEXT }),
  });
}
