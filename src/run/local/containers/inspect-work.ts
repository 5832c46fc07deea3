import type { Diagnostic } from '../../../definition/diagnostic.ts';
import type { ContainerJob, ModelContainer } from './container.ts';
import { substitutions } from './environments.ts';
import { type ImageMappings, type StandIn, standInFor } from './images.ts';
import type { Workshop } from './workshop.ts';

/** What is different here from what the images would do, and what cannot run at all; environments are built meanwhile. */
export async function inspectWork(
  workshop: Workshop,
  images: ImageMappings,
  work: ReadonlyArray<ContainerJob | ModelContainer>,
): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  const standIns = new Map<string, StandIn>();
  for (const each of work) {
    const standIn = standInFor(each.image, images);
    const fault = standIn === undefined ? unknownImage(each.image) : whyNot(each, standIn);
    if (fault !== undefined) diagnostics.push(fault);
    else if (standIn !== undefined) standIns.set(each.image, standIn);
  }
  // What cannot run is told before minutes go into environments that nobody will use.
  if (diagnostics.length === 0) diagnostics.push(...(await inspectEnvironments(workshop, standIns)));
  const namespace = await workshop.namespace();
  if (typeof namespace === 'string' && work.length > 0) diagnostics.push(rewritten(namespace));
  return unique(diagnostics);
}

async function inspectEnvironments(
  workshop: Workshop,
  standIns: ReadonlyMap<string, StandIn>,
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const [image, standIn] of standIns) {
    const alike = [...standIns].filter(([, { recipe }]) => JSON.stringify(recipe) === JSON.stringify(standIn.recipe));
    const environment = await workshop.environmentOf(
      standIn,
      alike.map(([each]) => each),
    );
    found.push(...substitutions(environment, workshop.settings.strictEnvironment ?? false));
    if (standIn.isForGpu) found.push(withoutGpu(image));
  }
  return found;
}

function unknownImage(image: string): Diagnostic {
  return {
    code: 'image-not-supported',
    severity: 'error',
    message: `Nothing on this machine stands in for the image ${image}`,
    detail: 'processes stand in for the managed images of scikit-learn, PyTorch, XGBoost and Hugging Face on PyTorch',
    fix: `say what it holds in pipelines.config.json: { "images": { "${image}": { "environment": "python:3.11" } } }, or run with --runtime docker`,
  };
}

function whyNot(work: ContainerJob | ModelContainer, standIn: StandIn): Diagnostic | undefined {
  const config = { code: 'image-not-supported', severity: 'error' } as const;
  if (!('kind' in work)) {
    if (standIn.family !== undefined || standIn.command !== undefined) return undefined;
    return {
      ...config,
      message: `Nothing on this machine serves models for the image ${work.image}`,
      detail: 'its environment is known, but not the program that answers /ping and /invocations',
      fix: `name it in pipelines.config.json: { "images": { "${work.image}": { "command": ["python3", "serve.py", "--port", "{port}"] } } }`,
    };
  }
  if (work.entrypoint !== undefined || standIn.command !== undefined) return undefined;
  // https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
  if (work.kind === 'processing') {
    return {
      ...config,
      message: `${work.name} names no program, and what its image would run is not known here`,
      detail: work.image,
      fix: 'give the job a ContainerEntrypoint, or the image a command in pipelines.config.json',
    };
  }
  if (standIn.family !== undefined) return undefined;
  return {
    ...config,
    message: `How the image ${work.image} trains is not known here`,
    detail: `${work.name} has no ContainerEntrypoint, and the image is none of those with SageMaker's training toolkit`,
    fix: 'give the job a ContainerEntrypoint, or the image a command or an environment sklearn:… or pytorch:… in pipelines.config.json',
  };
}

function withoutGpu(image: string): Diagnostic {
  return {
    code: 'environment-substituted',
    severity: 'warning',
    message: `The image ${image} computes on a GPU; on this machine its jobs compute on the processor`,
  };
}

function rewritten(why: string): Diagnostic {
  return {
    code: 'paths-rewritten',
    severity: 'warning',
    message: 'This machine does not let a job see a folder as /opt/ml, so its paths are changed instead',
    detail: `${why}; /opt/ml in programs, arguments and variables becomes another folder, but not where a program puts the path together from parts`,
    fix: 'allow user namespaces on this machine, or run with --runtime docker',
  };
}

function unique(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((each) => [JSON.stringify(each), each])).values()];
}
