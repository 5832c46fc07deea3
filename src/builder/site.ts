import { fileURLToPath } from 'node:url';

/** A place in the author's code, kept cheaply: it is turned into text only when a diagnostic needs it. */
export interface Site {
  readonly stack?: string;
}

const FRAMES = 8;

/** The place that called `builder`. */
export function siteOf(builder: (...args: never[]) => unknown): Site {
  const site: Site = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  Error.captureStackTrace(site, builder);
  Error.stackTraceLimit = limit;
  return site;
}

const OWN_FOLDER = new URL('..', import.meta.url).href;
const FRAME = /(?:\(|at (?:async )?)((?:file:|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):\d+\)?$/;

/**
 * A site as `file:line`; undefined when no frame is the author's. A step made in a shared function shows both ends:
 * `/project/shared/steps.ts:8, called from /project/pipeline.ts:14`.
 */
export function describeSite(site: Site): string | undefined {
  const frames = (site.stack ?? '').split('\n').flatMap((line) => {
    const found = FRAME.exec(line);
    if (!found || found[1]!.startsWith(OWN_FOLDER)) return [];
    const file = fileOf(found[1]!);
    return /[\\/]node_modules[\\/]/.test(file) ? [] : [{ file, line: found[2]! }];
  });
  const [first] = frames;
  if (first === undefined) return undefined;
  const last = frames.findLast((frame) => frame.file !== first.file);
  const at = `${first.file}:${first.line}`;
  return last === undefined ? at : `${at}, called from ${last.file}:${last.line}`;
}

function fileOf(location: string): string {
  if (!location.startsWith('file:')) return location;
  const url = new URL(location);
  url.search = '';
  url.hash = '';
  return fileURLToPath(url);
}
