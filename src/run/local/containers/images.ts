import { parseImageUri } from '../../../aws/image-uri.ts';
import { type RecognisedImage, recogniseImage } from '../../../aws/images.ts';
import { PipelineError } from '../../../definition/error.ts';
import { type Recipe, recipeOf } from './recipes.ts';

/** What a project says of an image that this machine does not know: `images` in `pipelines.config.json`. */
interface ImageMapping {
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
type ModelFamily = 'scikit-learn' | 'pytorch' | 'xgboost' | 'huggingface';

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

const FAMILIES: Readonly<Record<string, ModelFamily>> = {
  sklearn: 'scikit-learn',
  pytorch: 'pytorch',
  xgboost: 'xgboost',
  huggingface: 'huggingface',
};

/** What stands in for an image, or undefined when nothing does. */
export function standInFor(uri: string, mappings: ImageMappings): StandIn | undefined {
  const mapping = mappingOf(uri, mappings);
  const recognised = recogniseImage(uri);
  if (mapping === undefined) {
    const found = recognised === undefined ? undefined : familyStandIn(recognised);
    return found === undefined ? undefined : { ...found, isForGpu: recognised?.device === 'gpu' };
  }
  const { environment, requirements = [], command } = mapping;
  const base = environment === undefined ? standInUnnamed(recognised) : standInNamed(environment, recognised);
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

const PLAIN: Unplaced = { recipe: { name: 'python', packages: { boto3: '' } } };

function standInUnnamed(recognised: RecognisedImage | undefined): Unplaced {
  return (recognised === undefined ? undefined : familyStandIn(recognised)) ?? PLAIN;
}

function standInNamed(environment: string, recognised: RecognisedImage | undefined): Unplaced {
  const [, family = '', version = ''] = /^(python|sklearn|pytorch|xgboost):([\w.-]+)$/.exec(environment) ?? [];
  if (family === 'python') return { recipe: { name: `python ${version}`, python: version, packages: { boto3: '' } } };
  const known = family === '' ? undefined : familyStandIn({ family: family as RecognisedImage['family'], version });
  if (known !== undefined) return known;
  if (/[/\\]|^\.+$/.test(environment)) {
    // Another Python under a managed image is still that image: it trains and serves as it does.
    const image = FAMILIES[recognised?.family ?? ''];
    const recipe = { name: environment, packages: {} };
    return { recipe, folder: environment, ...(image === undefined ? {} : { family: image }) };
  }
  throw new PipelineError('usage', 'bad-setting', `"${environment}" is no environment`, {
    detail: 'pipelines.config.json says it of an image',
    fix: 'write sklearn:VERSION, pytorch:VERSION, xgboost:VERSION, python:VERSION or the folder of a virtual environment (./.venv)',
  });
}

function familyStandIn(image: Pick<RecognisedImage, 'family' | 'version' | 'python' | 'base'>): Unplaced | undefined {
  const recipe = recipeOf(image);
  const family = FAMILIES[image.family];
  return recipe === undefined ? undefined : { recipe, ...(family === undefined ? {} : { family }) };
}

function splitRequirement(text: string): [string, string] {
  const [, name = text, rest = ''] = /^([\w.-]+(?:\[[\w,.-]+\])?)\s*(.*)$/.exec(text.trim()) ?? [];
  return [name, rest.replace(/^==\s*/, '')];
}
