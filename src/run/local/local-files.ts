import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json, ParameterValue, PipelineDocument } from '../../definition/document.ts';
import { PipelineError } from '../../definition/error.ts';
import { isObject } from '../../definition/expression.ts';
import { parseReference } from '../../definition/reference.ts';
import { walkSteps } from '../../definition/walk.ts';
import { filesMatching, hasPattern } from './glob.ts';
import { besideOf, requestOf } from './inspect.ts';
import { type Mount, statsOf } from './store/store.ts';

/** The bucket that stands for files which parameters name. */
export const LOCAL_FILES = 'local-files';

/** How a document uses a parameter. */
type Use = 'read' | 'kept' | 'written';

/** Where a file of this machine takes the place of a part of S3. */
interface LocalFiles {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Files and folders that are read and written in place. */
  readonly mounts: readonly Mount[];
  /** Model archives and baselines: what is registered has to outlive the run, so that they are copied into the store. */
  readonly copies: readonly { readonly key: string; readonly path: string }[];
  /** For each value of several files, a folder of links to them. */
  readonly gather: () => void;
}

/** Members of requests that hold S3 URIs, and what becomes of what is there. */
const PLACES: Readonly<Record<string, Use>> = {
  S3Uri: 'read',
  ModelDataUrl: 'kept',
  SuppliedBaselineConstraints: 'kept',
  SuppliedBaselineStatistics: 'kept',
  S3OutputPath: 'written',
  DestinationS3Uri: 'written',
  S3OutputUri: 'written',
};
/** Within these an `S3Uri` is a place to write to. */
const WRITTEN: ReadonlySet<string> = new Set(['ProcessingOutputConfig', 'CheckpointConfig', 'TensorBoardOutputConfig']);
const MODEL: ReadonlySet<string> = new Set(['ModelDataSource']);

/**
 * Takes values of parameters that stand where the document wants an S3 URI and are none: paths, patterns (`data/*.csv`)
 * and `file://` URLs of this machine. In the run they are places of a bucket of their own, which leads to the files.
 */
export async function localFiles(
  document: PipelineDocument,
  parameters: Readonly<Record<string, ParameterValue>>,
  { cwd, gathered, run }: { readonly cwd: string; readonly gathered: string; readonly run: string },
): Promise<LocalFiles> {
  const uses = parameterUses(document);
  const mapped: Record<string, ParameterValue> = { ...parameters };
  const mounts: Mount[] = [];
  const copies: { key: string; path: string }[] = [];
  const patterns: { name: string; files: readonly { name: string; path: string }[] }[] = [];
  const faults: { name: string; detail: string }[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    const use = uses.get(name) ?? (isFileUrl(value) ? 'read' : undefined);
    if (
      use === undefined ||
      typeof value !== 'string' ||
      value === '' ||
      /^(?!file:)[a-z][a-z0-9+-]*:\/\//i.test(value)
    ) {
      continue;
    }
    const path = pathOf(value, cwd);
    const stats = await statsOf(path);
    if (use === 'written') {
      mounts.push({ place: { bucket: LOCAL_FILES, key: name }, path, readOnly: false });
      mapped[name] = `s3://${LOCAL_FILES}/${name}`;
    } else if (stats === undefined && hasPattern(path)) {
      const files = await filesMatching(path);
      if (files.length === 0) faults.push({ name, detail: `no file is like ${path}` });
      patterns.push({ name, files });
      mounts.push({ place: { bucket: LOCAL_FILES, key: name }, path: join(gathered, name), readOnly: true });
      mapped[name] = `s3://${LOCAL_FILES}/${name}`;
    } else if (stats === undefined) {
      faults.push({ name, detail: `neither an S3 URI nor a file: looked for ${path}` });
    } else if (stats.isDirectory() && !(await hasFile(path))) {
      faults.push({ name, detail: `no file is in the folder ${path}` });
    } else {
      const isCopied = use === 'kept' && stats.isFile();
      const key = [...(isCopied ? [run] : []), name, basename(path)].join('/');
      if (isCopied) copies.push({ key, path });
      else mounts.push({ place: { bucket: LOCAL_FILES, key }, path, readOnly: true });
      // A slash at the end means on S3 what it means here: not the folder, but what is in it.
      mapped[name] = `s3://${LOCAL_FILES}/${key}${stats.isDirectory() && value.endsWith('/') ? '/' : ''}`;
    }
  }
  if (faults.length > 0) throw notThere(faults);
  return {
    parameters: mapped,
    mounts,
    copies,
    gather: () => {
      rmSync(gathered, { recursive: true, force: true });
      for (const { name, files } of patterns) link(join(gathered, name), files);
    },
  };
}

async function hasFile(folder: string): Promise<boolean> {
  for await (const entry of await opendir(folder, { recursive: true })) if (!entry.isDirectory()) return true;
  return false;
}

function isFileUrl(value: ParameterValue): value is string {
  return typeof value === 'string' && value.startsWith('file://');
}

/** `file://data/a.csv`, whose `data` is no host, is how AWS's own SDK has paths written that are relative. */
function pathOf(value: string, cwd: string): string {
  if (value.startsWith('file:///')) return fileURLToPath(value);
  return resolve(cwd, value.replace(/^file:\/\//, ''));
}

function notThere(faults: readonly { readonly name: string; readonly detail: string }[]): PipelineError {
  const names = faults.map(({ name }) => name).join(', ');
  return new PipelineError('usage', 'missing-file', `${names}: nothing is there to be read`, {
    diagnostics: faults.map(({ name, detail }) => ({
      code: 'missing-file',
      severity: 'error',
      message: `The parameter ${name} leads nowhere`,
      detail,
      fix: `give a file or folder that is there: --param ${name}=./data, or an S3 URI`,
    })),
  });
}

function link(folder: string, files: readonly { readonly name: string; readonly path: string }[]): void {
  for (const { name, path } of files) {
    const target = join(folder, name);
    mkdirSync(join(target, '..'), { recursive: true });
    symlinkSync(path, target);
  }
}

/** The parameters that stand where an S3 URI stands, whole or as its beginning; to be written counts most. */
function parameterUses(document: PipelineDocument): Map<string, Use> {
  const uses = new Map<string, Use>();
  const note = (value: Json, use: Use): void => {
    const name = parameterAtStart(value);
    if (name !== undefined && uses.get(name) !== 'written') uses.set(name, use);
  };
  for (const { step } of walkSteps(document)) {
    const given = { ...besideOf(step), Arguments: requestOf({ step }) };
    const open: { value: Json; within: Use | undefined }[] = [{ value: given, within: undefined }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { value, within } = next;
      if (Array.isArray(value)) for (const each of value as readonly Json[]) open.push({ value: each, within });
      if (!isObject(value)) continue;
      for (const [key, member] of Object.entries(value)) {
        const use = PLACES[key];
        if (use !== undefined) note(member, within ?? use);
        const inside = WRITTEN.has(key) ? 'written' : MODEL.has(key) ? 'kept' : within;
        open.push({ value: member, within: inside });
      }
    }
  }
  return uses;
}

function parameterAtStart(value: Json): string | undefined {
  if (!isObject(value)) return undefined;
  if (typeof value['Get'] === 'string') {
    const reference = parseReference(value['Get']);
    return reference.root === 'Parameters' ? reference.name : undefined;
  }
  const join = value['Std:Join'];
  const first = isObject(join) && Array.isArray(join['Values']) ? (join['Values'] as readonly Json[])[0] : undefined;
  return first === undefined ? undefined : parameterAtStart(first);
}
