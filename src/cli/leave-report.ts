import { dirname, join, relative } from 'node:path';
import type { RunEvent } from '../definition/events.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { RunRequest, RunResult, World } from '../run/runner.ts';
import type { Mount } from '../run/local/store/store.ts';

export const REPORT = 'report.html';

/** Writes the page of a run into its folder, of what lies there and in the project's store. */
export async function writeReport(
  folder: string,
  pipeline: string,
  { unique, mounts = [] }: { readonly unique: (digits: number) => string; readonly mounts?: readonly Mount[] },
): Promise<string> {
  const [{ readRunFolder }, { renderReport }, { openStore }, { parse }, { writeWhole }] = await Promise.all([
    import('../report/read-run-folder.ts'),
    import('../report/render-report.ts'),
    import('../run/local/store/store.ts'),
    import('../definition/parse.ts'),
    import('../run/local/run-folder.ts'),
  ]);
  // The store stands beside the runs.
  const store = openStore(join(dirname(dirname(folder)), 'store'), unique, mounts);
  const { definition, events, steps } = await readRunFolder(folder, store);
  const { document } = parse(definition);
  if (document === undefined) throw new Error(`${join(folder, 'definition.json')} is no pipeline definition`);
  const path = join(folder, REPORT);
  writeWhole(path, renderReport({ name: pipeline, document, events, files: steps }));
  return path;
}

/** How a run leaves its page. */
interface ReportSettings {
  /** Folders that stand for parts of S3: outputs may lie there. */
  readonly mounts: readonly Mount[];
  /** Shows the page when it is written, and says what stood in the way. */
  readonly show?: (page: string) => Promise<readonly Diagnostic[]>;
}

/** A run that leaves its page in its folder and says where before it says that it has ended. */
export function leavingReport(
  run: (request: RunRequest, world: World) => Promise<RunResult>,
  { mounts, show }: ReportSettings,
): (request: RunRequest, world: World) => Promise<RunResult> {
  return async (request, world) => {
    let folder: string | undefined;
    let page: string | undefined;
    let end: Extract<RunEvent, { type: 'run-ended' }> | undefined;
    const say = (event: RunEvent): void => {
      if (event.type === 'run-started') folder = event.links.find(({ title }) => title === 'folder')?.target;
      if (event.type === 'run-ended') end = event;
      else world.say(event);
    };
    const tell = (diagnostic: Diagnostic): void => {
      world.say({ version: 1, time: world.now().toISOString(), type: 'diagnostic', diagnostic });
    };
    try {
      return await run(request, { ...world, say });
    } finally {
      if (end !== undefined) {
        const outputs = [...end.outputs];
        try {
          const { unique } = world;
          if (folder !== undefined) {
            page = await writeReport(folder, request.assembly.name, { unique, mounts });
            outputs.push({ title: 'report', target: relative(world.cwd, page) });
          }
        } catch (error) {
          // The run is what it was with and without its page.
          const message = `The page of the run could not be written: ${(error as Error).message}`;
          tell({ code: 'no-report', severity: 'warning', message });
        }
        world.say({ ...end, outputs });
        for (const diagnostic of page === undefined ? [] : ((await show?.(page)) ?? [])) tell(diagnostic);
      }
    }
  };
}
