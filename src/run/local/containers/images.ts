import { parseImageUri } from '../../../aws/image-uri.ts';
import { recogniseImage } from '../../../aws/images.ts';
import { PipelineError } from '../../../definition/error.ts';
import { type Recipe, recipeOf } from './recipes.ts';

/** What a project says of an image that this machine does not know: `images` in `pipelines.config.json`. */
export interface ImageMapping {
  /** `sklearn:1.2-1`, `pytorch:2.6.0`, `python:3.11`, or the folder of a virtual environment. */
  readonly environment?: string;
  /** What the image has beside that, as pip writes it: `lightgbm==4.5.0`. */
  readonly requirements?: readonly string[];
  /** What the image runs where the document gives no entry point, and what serves its models; `{port}` becomes a port. */
  readonly command?: readonly string[];
}

/** Mappings by the image's URI, its URI without a tag, or its repository. */
export type ImageMappings = Readonly<Record<string, ImageMapping>>;

/** The families whose models this machine's own server speaks for, as that server calls them. */
export type ModelFamily = 'scikit-learn' | 'pytorch';

/** What stands in for an image on this machine. */
export interface StandIn {
  readonly recipe: Recipe;
  /** The folder of an environment that is there already, in the place of one of ours. */
  readonly folder?: string;
  readonly family?: ModelFamily;
  readonly command?: readonly string[];
  /** The image computes on a processor that this stand-in does not use. */
  readonly isForGpu: boolean;
}

const FAMILIES: Readonly<Record<string, ModelFamily>> = { sklearn: 'scikit-learn', pytorch: 'pytorch' };

/** What stands in for an image, or undefined when nothing does. */
export function standInFor(uri: string, mappings: ImageMappings): StandIn | undefined {
  const mapping = mappingOf(uri, mappings);
  const recognised = recogniseImage(uri);
  if (mapping === undefined) {
    return recognised === undefined
      ? undefined
      : {
          ...familyStandIn(recognised.family, recognised.version, recognised.python),
          isForGpu: recognised.device === 'gpu',
        };
  }
  const { environment, requirements = [], command } = mapping;
  const base = standInNamed(environment, recognised);
  const extra = Object.fromEntries(requirements.map((text) => splitRequirement(text)));
  const name = requirements.length === 0 ? base.recipe.name : `${base.recipe.name} + ${requirements.join(' ')}`;
  const recipe = { ...base.recipe, name, packages: { ...base.recipe.packages, ...extra } };
  return { ...base, recipe, isForGpu: false, ...(command === undefined ? {} : { command }) };
}

function mappingOf(uri: string, mappings: ImageMappings): ImageMapping | undefined {
  const parts = parseImageUri(uri);
  const registry = parts?.registry === undefined ? '' : `${parts.registry}/`;
  const names = parts === undefined ? [uri] : [uri, `${registry}${parts.repository}`, parts.repository];
  const name = names.find((each) => Object.hasOwn(mappings, each));
  return name === undefined ? undefined : mappings[name];
}

type Unplaced = Omit<StandIn, 'isForGpu' | 'command'>;

function standInNamed(environment: string | undefined, recognised: ReturnType<typeof recogniseImage>): Unplaced {
  if (environment === undefined) {
    return recognised === undefined
      ? { recipe: { name: 'python', packages: { boto3: '' } } }
      : familyStandIn(recognised.family, recognised.version, recognised.python);
  }
  const [, family = '', version = ''] = /^(python|sklearn|pytorch):([\w.-]+)$/.exec(environment) ?? [];
  if (family === 'python') return { recipe: { name: `python ${version}`, python: version, packages: { boto3: '' } } };
  if (family !== '') return familyStandIn(family as 'sklearn' | 'pytorch', version, undefined);
  if (/[/\\]|^\.+$/.test(environment)) return { recipe: { name: environment, packages: {} }, folder: environment };
  throw new PipelineError('usage', 'bad-setting', `"${environment}" is no environment`, {
    detail: 'pipelines.config.json says it of an image',
    fix: 'write sklearn:VERSION, pytorch:VERSION, python:VERSION or the folder of a virtual environment (./.venv)',
  });
}

function familyStandIn(family: 'sklearn' | 'pytorch', version: string, python: string | undefined): Unplaced {
  const modelFamily = FAMILIES[family];
  return {
    recipe: recipeOf({ family, version, ...(python === undefined ? {} : { python }) }),
    ...(modelFamily === undefined ? {} : { family: modelFamily }),
  };
}

function splitRequirement(text: string): [string, string] {
  const [, name = text, rest = ''] = /^([\w.-]+(?:\[[\w,.-]+\])?)\s*(.*)$/.exec(text.trim()) ?? [];
  return [name, rest.replace(/^==\s*/, '')];
}
