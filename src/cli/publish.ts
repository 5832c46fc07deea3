import { sayCount } from '../definition/count.ts';
import type { Json } from '../definition/document.ts';
import { PipelineError } from '../definition/error.ts';
import { sayBytes } from '../report/figures.ts';
import type { PublishedAsset } from '../s3/publish.ts';
import { type Answer, defineCommand } from './command.ts';
import { readConfig } from './config.ts';
import { readPipeline } from './read-pipeline.ts';
import { bucketOf, regionNotes, regionOf } from './settings.ts';

/** Uploads the files and folders that a pipeline's definition names. */
export const publish = defineCommand({
  name: 'sagemaker-pipelines publish',
  summary:
    'Uploads the scripts and folders that a definition names to the artefact bucket, as far as they are not there.',
  examples: [
    'sagemaker-pipelines publish batch_inference --bucket my-artefacts',
    'sagemaker-pipelines publish batch_inference --bucket my-artefacts --region eu-west-1 --dry-run',
  ],
  options: {
    name: { type: 'text', alias: ['n'], describe: 'The pipeline: a folder of pipelines/, or a path' },
    bucket: { type: 'text', describe: 'The artefact bucket' },
    region: { type: 'text', describe: 'The region [AWS_REGION, else us-east-1]' },
    'kms-key': { type: 'text', describe: "Encrypt with this KMS key [the bucket's own settings]" },
    'expected-owner': { type: 'text', describe: 'The account that must own the bucket' },
    kwargs: { type: 'text', describe: 'Options for a pipeline that is a function: JSON, or a Python dict' },
    'dry-run': { type: 'flag', describe: 'Say what would be uploaded, and write nothing' },
  },
  operands: { name: 'the name of a pipeline', least: 0, most: 1 },
  async run(args, context, [operand]): Promise<Answer> {
    const config = readConfig(context.cwd);
    const region = regionOf(args.region, context.env, config);
    const bucket = bucketOf(args.bucket, config)?.value;
    if (bucket === undefined) throw withoutBucket();
    const owner = args['expected-owner'];
    if (owner !== undefined && !/^\d{12}$/.test(owner)) throw noAccount(owner);
    const isDry = args['dry-run'] === true;
    const wanted = {
      name: operand ?? args.name,
      kwargs: args.kwargs,
      region: region.value,
      otherwise: 'nothing was uploaded',
    };
    const { assembly, diagnostics } = await readPipeline(wanted, config, context);

    const { openS3 } = await import('../s3/client.ts');
    const { publishAssets } = await import('../s3/publish.ts');
    const s3 = await openS3({ region: region.value });
    try {
      const options = {
        kmsKeyId: args['kms-key'],
        expectedOwner: owner,
        dryRun: isDry,
        signal: context.interrupted,
        progress: teller(context.stderr.write.bind(context.stderr)),
      };
      const published = await publishAssets(assembly, { s3, bucket }, options);
      return {
        text: published.map((asset) => `${asset.state.padEnd(8)}  ${asset.uri}\n`).join(''),
        data: { pipeline: assembly.name, region: region.value, bucket, dryRun: isDry, assets: published.map(shown) },
        notes: [...regionNotes(region), summaryOf(published, isDry)],
        diagnostics,
      };
    } catch (error) {
      throw context.interrupted.aborted ? interruption(error) : error;
    } finally {
      s3.destroy();
    }
  },
});

const LARGE = 64 * 2 ** 20;

/** Says of large objects how far they are, a line every tenth of the way. */
function teller(write: (text: string) => void): (progress: { uri: string; bytes: number; of: number }) => void {
  const told = new Map<string, number>();
  return ({ uri, bytes, of }) => {
    if (of < LARGE) return;
    const tenths = Math.floor((bytes / of) * 10);
    if (tenths <= (told.get(uri) ?? 0)) return;
    told.set(uri, tenths);
    write(`${uri}  ${tenths * 10} % of ${sayBytes(of)}\n`);
  };
}

function shown({ asset, uri, state, objects }: PublishedAsset): Json {
  return {
    path: asset.path,
    packaging: asset.packaging,
    hash: asset.hash,
    uri,
    state,
    objects: objects.map(({ key, size, state }) => ({ key, size, state })),
  };
}

function summaryOf(published: readonly PublishedAsset[], isDry: boolean): string {
  if (published.length === 0) return 'the definition names no files of this machine';
  const objects = published.flatMap((asset) => asset.objects);
  const moved = objects.filter(({ state }) => state !== 'there');
  const bytes = moved.reduce((sum, { size }) => sum + size, 0);
  const there = objects.length - moved.length;
  const done = isDry ? 'would be uploaded' : 'uploaded';
  const parts = [
    ...(moved.length === 0 ? [] : [`${sayCount(moved.length, 'object')} ${done} (${sayBytes(bytes)})`]),
    ...(there === 0 ? [] : [`${sayCount(there, 'object')} there already`]),
  ];
  return parts.join(', ');
}

function interruption(cause: unknown): PipelineError {
  return new PipelineError('interrupted', 'interrupted', 'Publishing was interrupted', {
    detail: 'an object is there as a whole or not at all',
    fix: 'run it again: what is there already is not uploaded again',
    cause,
  });
}

function withoutBucket(): PipelineError {
  return new PipelineError('usage', 'missing-bucket', 'Nothing says which bucket to publish to', {
    fix: '--bucket BUCKET, or "bucket" in pipelines.config.json',
  });
}

function noAccount(owner: string): PipelineError {
  return new PipelineError('usage', 'bad-value', `"${owner}" is no account`, {
    detail: 'it comes from --expected-owner',
    fix: 'an account has twelve digits: 111122223333',
  });
}
