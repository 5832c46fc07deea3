import type { Diagnostic } from '../../../definition/diagnostic.ts';
import type { Json } from '../../../definition/document.ts';
import { FILTERED_TYPES, type JsonPath, readJsonPath } from '../../../definition/json-path.ts';

type Members = Readonly<Record<string, Json>>;

/** `BatchStrategy`, as the API spells it. */
export type BatchStrategy = 'MultiRecord' | 'SingleRecord';

/** What of a joined or filtered record goes where. */
interface FilterPlan {
  readonly format: 'csv' | 'json';
  readonly byLine: boolean;
  readonly input?: JsonPath;
  readonly joins: boolean;
  readonly output?: JsonPath;
}

/** The arguments of a transform job, read and found to be ones that AWS takes. */
export interface TransformPlan {
  readonly source: { readonly type: 'S3Prefix' | 'ManifestFile'; readonly uri: string };
  readonly outputPath: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly isGzip: boolean;
  readonly split: 'None' | 'Line';
  readonly assembleWith: 'None' | 'Line';
  /** What the request itself sets; the container's `/execution-parameters` and the defaults come after it. */
  readonly asked: {
    readonly BatchStrategy?: BatchStrategy;
    readonly MaxPayloadInMB?: number;
    readonly MaxConcurrentTransforms?: number;
  };
  readonly instances: number;
  readonly invocationSeconds: number;
  readonly invocationRetries: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Nothing when records and answers are passed on as they are. */
  readonly filter?: FilterPlan;
  readonly identifiesInferences: boolean;
}

/** A plan, or every reason why there is none. */
interface PlanReading {
  readonly plan?: TransformPlan;
  readonly problems: readonly Diagnostic[];
}

const MEGABYTES_AT_MOST = 100;
const DEFAULT_MEGABYTES = 6;
const ENTRIES_AT_MOST = 16;

/**
 * Reads a transform job's arguments, expressions resolved.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
 */
export function readPlan(request: Members): PlanReading {
  const problems: Diagnostic[] = [];
  const say = (path: string, message: string, fix?: string) =>
    void problems.push({ code: 'transform-argument', severity: 'error', message, path, fix });
  const read = reader(say);

  const input = read.members(request, 'TransformInput');
  const output = read.members(request, 'TransformOutput');
  const source = read.members(read.members(input, 'DataSource', 'TransformInput.'), 'S3DataSource');
  const client = read.members(request, 'ModelClientConfig');
  const asked = {
    ...member('BatchStrategy', read.oneOf(request, 'BatchStrategy', ['MultiRecord', 'SingleRecord'])),
    ...member('MaxPayloadInMB', read.integer(request, 'MaxPayloadInMB', 0, MEGABYTES_AT_MOST)),
    // 0 asks the container, as leaving it out does.
    ...member('MaxConcurrentTransforms', read.integer(request, 'MaxConcurrentTransforms', 0) || undefined),
  };
  const megabytes = asked.MaxPayloadInMB ?? DEFAULT_MEGABYTES;
  if (megabytes * (asked.MaxConcurrentTransforms ?? 1) > MEGABYTES_AT_MOST && megabytes <= MEGABYTES_AT_MOST) {
    say(
      'MaxConcurrentTransforms',
      `MaxConcurrentTransforms * MaxPayloadInMB is ${asked.MaxConcurrentTransforms} * ${megabytes}, ${MEGABYTES_AT_MOST} is allowed`,
      'lower MaxConcurrentTransforms, or set MaxPayloadInMB',
    );
  }

  const split = read.oneOf(input, 'SplitType', ['None', 'Line', 'RecordIO', 'TFRecord'], 'TransformInput.') ?? 'None';
  if (split === 'RecordIO' || split === 'TFRecord') {
    say('TransformInput.SplitType', `SplitType ${split} is not supported on this machine`, 'use "Line" or "None"');
  }
  const type = read.oneOf(
    source,
    'S3DataType',
    ['S3Prefix', 'ManifestFile', 'AugmentedManifestFile'],
    'TransformInput.DataSource.S3DataSource.',
  );
  if (type === 'AugmentedManifestFile') {
    say('TransformInput.DataSource.S3DataSource.S3DataType', 'AugmentedManifestFile is not for transform jobs');
  }
  const environment = read.texts(request, 'Environment');
  const entries = Object.keys(environment).length;
  if (entries > ENTRIES_AT_MOST)
    say('Environment', `Environment has ${entries} entries, ${ENTRIES_AT_MOST} are allowed`);

  const shape = {
    contentType: read.text(input, 'ContentType', 'TransformInput.'),
    accept: read.text(output, 'Accept', 'TransformOutput.'),
    split: split === 'Line' ? ('Line' as const) : ('None' as const),
    assembleWith: read.oneOf(output, 'AssembleWith', ['None', 'Line'], 'TransformOutput.') ?? ('None' as const),
  };
  const filter = readFilter(read.members(request, 'DataProcessing'), shape, read, say);
  const plan: TransformPlan = {
    source: {
      type: type === 'ManifestFile' ? type : 'S3Prefix',
      uri: read.text(source, 'S3Uri', 'TransformInput.DataSource.S3DataSource.') ?? '',
    },
    outputPath: read.text(output, 'S3OutputPath', 'TransformOutput.') ?? '',
    ...member('contentType', shape.contentType),
    ...member('accept', shape.accept),
    split: shape.split,
    assembleWith: shape.assembleWith,
    isGzip: read.oneOf(input, 'CompressionType', ['None', 'Gzip'], 'TransformInput.') === 'Gzip',
    asked,
    instances: read.integer(read.members(request, 'TransformResources'), 'InstanceCount', 1) ?? 1,
    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelClientConfig.html
    invocationSeconds: read.integer(client, 'InvocationsTimeoutInSeconds', 1, 3600, 'ModelClientConfig.') ?? 600,
    invocationRetries: read.integer(client, 'InvocationsMaxRetries', 0, 3, 'ModelClientConfig.') ?? 3,
    environment,
    ...member('filter', filter),
    identifiesInferences: read.members(request, 'DataCaptureConfig')['GenerateInferenceId'] === true,
  };
  return problems.length === 0 ? { plan, problems } : { problems };
}

type Say = (path: string, message: string, fix?: string) => void;

/** https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html */
function readFilter(
  processing: Members,
  shape: Pick<TransformPlan, 'split' | 'assembleWith'> & {
    readonly contentType: string | undefined;
    readonly accept: string | undefined;
  },
  read: ReturnType<typeof reader>,
  say: Say,
): FilterPlan | undefined {
  const { split, assembleWith } = shape;
  const [contentType, accept] = [mediaType(shape.contentType), mediaType(shape.accept)];
  const path = (name: 'InputFilter' | 'OutputFilter') => {
    const text = read.text(processing, name, 'DataProcessing.');
    if (text === undefined) return undefined;
    const reading = readJsonPath(text, { member: name, contentType });
    if ('path' in reading) return reading.path.length === 0 ? undefined : reading.path;
    say(`DataProcessing.${name}`, reading.problem);
  };
  const [input, output] = [path('InputFilter'), path('OutputFilter')];
  const joins = read.oneOf(processing, 'JoinSource', ['None', 'Input'], 'DataProcessing.') === 'Input';
  if (input === undefined && output === undefined && !joins) return undefined;

  const known = FILTERED_TYPES.find((type) => type === contentType);
  if (known === undefined) {
    say(
      'TransformInput.ContentType',
      `DataProcessing does not work on ContentType ${contentType === undefined ? 'that is not set' : `"${contentType}"`}`,
      `set ContentType and Accept to one of ${FILTERED_TYPES.join(', ')}`,
    );
    return undefined;
  }
  if (accept !== contentType) {
    const told = accept === undefined ? 'not set' : `"${accept}"`;
    say('TransformOutput.Accept', `DataProcessing needs Accept to be ContentType, "${known}"; it is ${told}`);
  }
  if (assembleWith !== split) {
    say(
      'TransformOutput.AssembleWith',
      `DataProcessing needs AssembleWith to be SplitType, ${split}; it is ${assembleWith}`,
    );
  }
  if (known === 'text/csv' && split !== 'Line') {
    say('TransformInput.SplitType', 'DataProcessing on text/csv needs SplitType and AssembleWith to be Line');
  }
  return {
    format: known === 'text/csv' ? 'csv' : 'json',
    byLine: split === 'Line' || known === 'application/jsonlines',
    joins,
    ...member('input', input),
    ...member('output', output),
  };
}

/** A content type without its parameters. */
function mediaType(type: string | undefined): string | undefined {
  return type?.split(';')[0]!.trim().toLowerCase();
}

function reader(say: Say) {
  return {
    members(from: Members, name: string, path = ''): Members {
      const value = from[name] ?? {};
      if (typeof value === 'object' && !Array.isArray(value) && value !== null) return value as Members;
      say(`${path}${name}`, `${name} is not an object`);
      return {};
    },
    text(from: Members, name: string, path = ''): string | undefined {
      const value = from[name] ?? undefined;
      if (value === undefined || typeof value === 'string') return value;
      say(`${path}${name}`, `${name} is not a text: ${JSON.stringify(value)}`);
    },
    texts(from: Members, name: string): Readonly<Record<string, string>> {
      const entries = Object.entries(this.members(from, name));
      return Object.fromEntries(
        entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
      );
    },
    oneOf<const T extends string>(from: Members, name: string, values: readonly T[], path = ''): T | undefined {
      const value = from[name] ?? undefined;
      const known = values.find((candidate) => candidate === value);
      if (value !== undefined && known === undefined) {
        say(`${path}${name}`, `${name} is ${JSON.stringify(value)}; it can be ${values.join(', ')}`);
      }
      return known;
    },
    integer(from: Members, name: string, least: number, most = Infinity, path = ''): number | undefined {
      const value = from[name] ?? undefined;
      if (value === undefined) return undefined;
      const isGood = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
      if (isGood) return value;
      const allowed = most === Infinity ? `${least} or more` : `${least} to ${most}`;
      say(`${path}${name}`, `${name} is ${JSON.stringify(value)}; it can be ${allowed}`);
    },
  };
}

/** A member that is there or not, but never undefined. */
function member<N extends string, V>(name: N, value: V | undefined): { readonly [name in N]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [name in N]: V });
}
