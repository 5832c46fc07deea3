import { type Answer, type Body, type Handler, Refusal } from './json-service.ts';

/** A pipeline as the fake keeps it. */
export interface StoredPipeline {
  readonly input: Body;
  /** The definitions of all versions, the first one first. */
  readonly definitions: readonly unknown[];
  readonly version: number;
  readonly tags: ReadonlyMap<string, string>;
}

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
const PAGE = 2;
export const EPOCH = 1_700_000_000;

/** The operations of pipelines, and what they have kept. */
export function keepPipelines(now: () => number): {
  handlers: Record<string, Handler>;
  pipelines: ReadonlyMap<string, StoredPipeline>;
} {
  const pipelines = new Map<string, StoredPipeline>();
  const found = (name: string): StoredPipeline => {
    const stored = pipelines.get(name);
    if (stored === undefined) throw missingPipeline(name);
    return stored;
  };
  const tagsIn = (input: Body): [string, string][] =>
    ((input['Tags'] as { Key: string; Value: string }[] | undefined) ?? []).map(({ Key, Value }) => [Key, Value]);
  const handlers: Record<string, Handler> = {
    'SageMaker.CreatePipeline': (input) => {
      const name = String(input['PipelineName']);
      if (pipelines.has(name)) {
        const detail = `Pipeline with name (${name}) already exists.`;
        throw new Refusal(
          'ValidationException',
          `Pipeline names must be unique within an AWS account and region. ${detail}`,
        );
      }
      const definitions = [input['PipelineDefinition']];
      pipelines.set(name, { input, definitions, version: 1, tags: new Map(tagsIn(input)) });
      return { PipelineArn: arnOf(name) };
    },
    'SageMaker.UpdatePipeline': (input) => {
      const name = String(input['PipelineName']);
      const old = found(name);
      const merged = { ...old.input, ...input };
      const definitions = [...old.definitions, merged['PipelineDefinition']];
      pipelines.set(name, { ...old, input: merged, definitions, version: old.version + 1 });
      return { PipelineArn: arnOf(name), PipelineVersionId: old.version + 1 };
    },
    'SageMaker.DescribePipeline': (input) => {
      const name = nameOf(input['PipelineName']);
      const { input: stored } = found(name);
      return {
        PipelineArn: arnOf(name),
        PipelineName: name,
        PipelineDefinition: stored['PipelineDefinition'],
        PipelineDescription: stored['PipelineDescription'],
        RoleArn: stored['RoleArn'],
        ParallelismConfiguration: stored['ParallelismConfiguration'],
        PipelineStatus: 'Active',
        CreationTime: EPOCH,
        LastModifiedTime: now(),
      };
    },
    'SageMaker.ListTags': (input) => {
      const { tags } = found(nameOf(input['ResourceArn']));
      return page(
        input,
        'Tags',
        [...tags].map(([Key, Value]) => ({ Key, Value })),
      );
    },
    'SageMaker.AddTags': (input) => {
      const name = nameOf(input['ResourceArn']);
      const old = found(name);
      pipelines.set(name, { ...old, tags: new Map([...old.tags, ...tagsIn(input)]) });
      return { Tags: input['Tags'] };
    },
  };
  return { handlers, pipelines };
}

/** What of a list stands on the page that is asked for. */
export function page(input: Body, member: string, all: readonly unknown[]): Answer {
  const from = input['NextToken'] === undefined ? 0 : Number(input['NextToken']);
  const size = Math.min(PAGE, Number(input['MaxResults'] ?? PAGE));
  const next = from + size;
  return { [member]: all.slice(from, next), NextToken: next < all.length ? String(next) : undefined };
}

/** A pipeline's ARN. */
export function arnOf(name: string): string {
  return `arn:aws:sagemaker:${REGION}:${ACCOUNT}:pipeline/${name}`;
}

/** The operations take a pipeline's name or its ARN. */
export function nameOf(given: unknown): string {
  return String(given).replace(/^arn:.*:pipeline\//, '');
}

/** The answer where a pipeline is not there. */
export function missingPipeline(name: string): Refusal {
  return new Refusal('ResourceNotFound', `Pipeline '${arnOf(name)}' does not exist.`);
}
