import { basename } from 'node:path';
import { PipelineError } from '../../../definition/error.ts';
import type { Containers } from './container.ts';
import { type StandIn, standInFor } from './images.ts';
import { inspectWork } from './inspect-work.ts';
import { runProcessJob } from './run-job.ts';
import { serveModel } from './serve.ts';
import { type ProcessSettings, openWorkshop } from './workshop.ts';

/** SageMaker's containers as processes of this machine, in Python environments that hold what the images hold. */
export function processContainers(settings: ProcessSettings): Containers {
  const workshop = openWorkshop(settings);
  const images = settings.images ?? {};
  const need = (image: string): StandIn => {
    const standIn = standInFor(image, images);
    if (standIn !== undefined) return standIn;
    throw new PipelineError(
      'invalid',
      'image-not-supported',
      `Nothing on this machine stands in for the image ${image}`,
    );
  };
  return {
    inspect: (work) => inspectWork(workshop, images, work),
    identify: async (image) => {
      const standIn = standInFor(image, images);
      if (standIn === undefined) return null;
      const { folder } = await workshop.environmentOf(standIn, [image]);
      return [standIn.recipe.name, basename(folder), ...(standIn.command ?? [])].join(' ');
    },
    run: (job, listen, signal) => runProcessJob(workshop, need(job.image), job, listen, signal),
    serve: (model, listen, signal) => serveModel(workshop, need(model.image), model, listen, signal),
  };
}
