import type { Link } from '../definition/events.ts';

/** The parts of an ARN that a page of the console hangs on. */
export interface Resource {
  readonly partition: string;
  readonly region: string;
  /** `processing-job`. */
  readonly type: string;
  readonly name: string;
}

/** Reads `arn:aws:sagemaker:eu-west-1:111122223333:processing-job/name`; undefined for what is no ARN. */
export function readArn(arn: string): Resource | undefined {
  const [, partition, region, type, name] = /^arn:([^:]+):[^:]*:([^:]*):[^:]*:([\w-]+)[/:](.+)$/.exec(arn) ?? [];
  if (partition === undefined || region === undefined || type === undefined || name === undefined) return undefined;
  return { partition, region, type, name };
}

/** What a kind of job is called in the console's addresses, and where CloudWatch keeps its log. */
interface JobKind {
  readonly title: string;
  readonly page?: string;
  readonly logGroup?: string;
}

// https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
const KINDS: Readonly<Record<string, JobKind>> = {
  'processing-job': {
    title: 'processing job',
    page: 'processing-jobs',
    logGroup: '/aws/sagemaker/ProcessingJobs',
  },
  'training-job': { title: 'training job', page: 'jobs', logGroup: '/aws/sagemaker/TrainingJobs' },
  'transform-job': { title: 'transform job', page: 'transform-jobs', logGroup: '/aws/sagemaker/TransformJobs' },
  'hyper-parameter-tuning-job': {
    title: 'tuning job',
    page: 'hyper-tuning-jobs',
    logGroup: '/aws/sagemaker/TrainingJobs',
  },
  model: { title: 'model', page: 'models' },
  function: { title: 'function' },
};

const CONSOLES: Readonly<Record<string, (region: string) => string>> = {
  aws: (region) => `${region}.console.aws.amazon.com`,
  'aws-cn': () => 'console.amazonaws.cn',
  'aws-us-gov': () => 'console.amazonaws-us-gov.com',
};

/** Where the console of a partition is; undefined for those whose addresses only their own people know. */
export function consoleHost({ partition, region }: Pick<Resource, 'partition' | 'region'>): string | undefined {
  return Object.hasOwn(CONSOLES, partition) ? CONSOLES[partition]!(region) : undefined;
}

/** Where CloudWatch keeps what a job wrote. */
export interface LogPlace {
  readonly group: string;
  /** What the names of its streams begin with. */
  readonly prefix: string;
}

/** Where the log of a job is; undefined for what writes none. */
export function logPlace({ type, name }: Resource): LogPlace | undefined {
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
  if (type === 'function') return { group: `/aws/lambda/${name.split(':')[0]}`, prefix: '' };
  const group = KINDS[type]?.logGroup;
  // The training jobs of a tuning job are named after it: `<tuning job>-001-1a2b3c4d`.
  const prefix = type === 'hyper-parameter-tuning-job' ? `${name}-` : `${name}/`;
  return group === undefined ? undefined : { group, prefix };
}

/** The pages of a resource and of its log in the console of its partition. */
export function consoleLinks(resource: Resource): Link[] {
  const { region, type, name } = resource;
  const host = consoleHost(resource);
  if (host === undefined) return [];
  const links: Link[] = [];
  const kind = KINDS[type];
  if (kind?.page !== undefined) {
    const target = `https://${host}/sagemaker/home?region=${region}#/${kind.page}/${encodeURIComponent(name)}`;
    links.push({ title: kind.title, target });
  }
  const log = logPlace(resource);
  if (log !== undefined) {
    const filter = log.prefix === '' ? '' : `$3FlogStreamNameFilter$3D${escape(log.prefix)}`;
    const target = `https://${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${escape(log.group)}${filter}`;
    links.push({ title: 'log', target });
  }
  return links;
}

/** What a kind of resource is called in a sentence. */
export function titleOf({ type }: Resource): string {
  return KINDS[type]?.title ?? type.replaceAll('-', ' ');
}

/** The console reads what stands behind `#` by decoding it twice, with `$` for the outer `%`. */
function escape(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
}
