import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Pipeline, isPipeline } from 'sagemaker-pipelines';

const PIPELINES = fileURLToPath(new URL('../../pipelines', import.meta.url));

/** A pipeline of this repository. */
export interface ShippedPipeline {
  /** `batch_inference/training`; one that takes options has them behind its name. */
  readonly name: string;
  readonly folder: string;
  readonly pipeline: Pipeline;
}

/** The options with which a pipeline that takes some is looked at, beside without any. */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  serial_inference: { pytorch: { model: 'pytorch' } },
};

/** Every pipeline of this repository, and the one that trains the model for its sample. */
export async function shippedPipelines(): Promise<ShippedPipeline[]> {
  const names = readdirSync(PIPELINES)
    .toSorted()
    .flatMap((name) => [name, `${name}/training`])
    .filter((name) => existsSync(join(PIPELINES, name, 'pipeline.ts')));
  const shipped = await Promise.all(
    names.map(async (name) => {
      const folder = join(PIPELINES, name);
      const url = pathToFileURL(join(folder, 'pipeline.ts')).href;
      const { default: exported } = (await import(url)) as { default: unknown };
      if (isPipeline(exported)) return [{ name, folder, pipeline: exported }];
      const make = exported as (options?: object) => Pipeline;
      const variants = Object.entries(VARIANTS[name] ?? {}).map(([variant, options]) => ({
        name: `${name}, ${variant}`,
        folder,
        pipeline: make(options),
      }));
      return [{ name, folder, pipeline: make() }, ...variants];
    }),
  );
  return shipped.flat();
}
