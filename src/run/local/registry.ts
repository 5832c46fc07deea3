import { linkSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { elementsOf } from '../../definition/expression.ts';
import type { Json, JsonObject } from '../../definition/document.ts';
import { PipelineError, codeOf } from '../../definition/error.ts';
import { didYouMean } from '../../definition/suggest.ts';
import { folderName, writeJson } from './run-folder.ts';

/** The models and model packages of this project, as the service's registry has them. */
export interface Registry {
  /** `groups/<group>/<version>.json` and `models/<name>.json`: what AWS's Describe calls would answer. */
  readonly folder: string;
  readonly region: string;
  readonly unique: (digits: number) => string;
}

export type ApprovalState = 'Approved' | 'Rejected' | 'PendingManualApproval';

/** A version of a model, as `DescribeModelPackage` would tell of it. */
export interface ModelPackage extends JsonObject {
  readonly ModelPackageArn: string;
  readonly ModelPackageGroupName: string;
  readonly ModelPackageVersion: number;
  readonly ModelApprovalStatus: string;
  readonly CreationTime: string;
}

/** The account that no one has: whatever has it in its ARN never was on AWS. */
export const NOBODY = '000000000000';

export function modelArn({ region }: Pick<Registry, 'region'>, name: string): string {
  return `arn:aws:sagemaker:${region}:${NOBODY}:model/${name.toLowerCase()}`;
}

/**
 * Registers the next version of a group, which comes to be with its first; two runs at once get two versions, and one
 * that asks again with the same `ClientToken` gets the version that it has made.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
 */
export function addPackage(registry: Registry, group: string, content: JsonObject, created: string): ModelPackage {
  const folder = join(registry.folder, 'groups', folderName(group));
  mkdirSync(folder, { recursive: true });
  const token = content['ClientToken'];
  const made = token === undefined ? undefined : packageOf(folder, token);
  if (made !== undefined) return made;
  const unfinished = join(folder, `.${registry.unique(16)}`);
  try {
    for (;;) {
      const version = Math.max(0, ...versionsIn(folder)) + 1;
      const described: ModelPackage = {
        ...content,
        ModelPackageArn: `arn:aws:sagemaker:${registry.region}:${NOBODY}:model-package/${group.toLowerCase()}/${version}`,
        ModelPackageGroupName: group,
        ModelPackageVersion: version,
        ModelPackageStatus: 'Completed',
        ModelApprovalStatus:
          typeof content['ModelApprovalStatus'] === 'string' ? content['ModelApprovalStatus'] : 'PendingManualApproval',
        CreationTime: created,
      };
      writeFileSync(unfinished, `${JSON.stringify(described, null, 2)}\n`);
      try {
        // Unlike a rename, a link never takes the place of a version that someone else has just made.
        linkSync(unfinished, join(folder, `${version}.json`));
        return described;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function packageOf(folder: string, token: Json): ModelPackage | undefined {
  for (const version of versionsIn(folder).toSorted((a, b) => b - a)) {
    const found = readJson(join(folder, `${version}.json`)) as ModelPackage;
    if (found['ClientToken'] === token) return found;
  }
  return undefined;
}

/** The groups by name, in order. */
export function listGroups({ folder }: Registry): string[] {
  return namesIn(join(folder, 'groups')).flatMap((name) => {
    const [version] = versionsIn(join(folder, 'groups', name));
    if (version === undefined) return [];
    return [(readJson(join(folder, 'groups', name, `${version}.json`)) as ModelPackage).ModelPackageGroupName];
  });
}

/** The versions of a group, the newest first; none for a group that is not there. */
export function listPackages({ folder }: Registry, group: string): ModelPackage[] {
  const path = join(folder, 'groups', folderName(group));
  return versionsIn(path)
    .toSorted((a, b) => b - a)
    .map((version) => readJson(join(path, `${version}.json`)) as ModelPackage);
}

/** A version by `group/version`, by its ARN, or of a group alone the newest. */
export function findPackage(registry: Registry, name: string): ModelPackage | undefined {
  const [, path = name] = /^arn:[^:]+:sagemaker:[^:]*:[^:]*:model-package\/(.+)$/.exec(name) ?? [];
  const [, wanted, version] = /^(.+?)(?:\/(\d+))?$/.exec(path) ?? [];
  if (wanted === undefined) return undefined;
  // An ARN has the group's name in small letters.
  const group = listGroups(registry).find((each) => each === wanted || each.toLowerCase() === wanted.toLowerCase());
  if (group === undefined) return undefined;
  const packages = listPackages(registry, group);
  return version === undefined ? packages[0] : packages.find((each) => each.ModelPackageVersion === Number(version));
}

/** As `findPackage`, where there has to be one. */
export function needPackage(registry: Registry, name: string): ModelPackage {
  const found = findPackage(registry, name);
  if (found !== undefined) return found;
  const groups = listGroups(registry);
  throw new PipelineError('usage', 'no-such-package', `This project has no model package "${name}"`, {
    detail: groups.length === 0 ? 'it has none yet: a RegisterModel step makes one' : `it has: ${groups.join(', ')}`,
    fix: didYouMean(name, groups),
  });
}

/** Approves or rejects a version. */
export function setApproval(
  registry: Registry,
  { ModelPackageGroupName: group, ModelPackageVersion: version }: ModelPackage,
  state: ApprovalState,
  time: string,
): ModelPackage {
  const path = join(registry.folder, 'groups', folderName(group), `${version}.json`);
  const changed = { ...(readJson(path) as ModelPackage), ModelApprovalStatus: state, LastModifiedTime: time };
  writeJson(path, changed, registry.unique(16));
  return changed;
}

/** Keeps a model, as `DescribeModel` would tell of it, under its name. */
export function putModel({ folder, unique }: Registry, model: JsonObject & { readonly ModelName: string }): void {
  mkdirSync(join(folder, 'models'), { recursive: true });
  writeJson(join(folder, 'models', `${folderName(model.ModelName)}.json`), model, unique(16));
}

/**
 * The model of a name. On the service a model has to be made of a package first; here the name of a group stands for its
 * newest version that is approved, and `group/3` for that version if it is.
 */
export function findModel(registry: Registry, name: string): JsonObject | undefined {
  const path = join(registry.folder, 'models', `${folderName(name)}.json`);
  const model = namesIn(join(registry.folder, 'models')).includes(`${folderName(name)}.json`)
    ? readJson(path)
    : undefined;
  if (model !== undefined) return model as JsonObject;
  const [, group = name, version] = /^(.+)\/([1-9]\d*)$/.exec(name) ?? [];
  const approved = listPackages(registry, group).find(
    ({ ModelApprovalStatus: state, ModelPackageVersion: number }) =>
      state === 'Approved' && (version === undefined || number === Number(version)),
  );
  return approved && { ModelName: name, Containers: containersOf(approved) };
}

/** The containers that a model made of a package has. */
export function containersOf(described: ModelPackage): readonly Json[] {
  const specification = described['InferenceSpecification'];
  return elementsOf((specification as JsonObject | undefined)?.['Containers']);
}

/** The names of the models that Model steps have made. */
export function listModels(registry: Registry): string[] {
  const models = namesIn(join(registry.folder, 'models')).filter((name) => name.endsWith('.json'));
  return models.map((name) => (readJson(join(registry.folder, 'models', name)) as JsonObject)['ModelName'] as string);
}

function versionsIn(folder: string): number[] {
  return namesIn(folder).flatMap((name) => {
    const version = /^([1-9]\d*)\.json$/.exec(name)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function readJson(path: string): Json {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Json;
  } catch (cause) {
    throw new PipelineError('failed', 'registry-unreadable', `${path} cannot be read`, {
      detail: (cause as Error).message,
      fix: 'remove the file: what it registered is lost',
      cause,
    });
  }
}
