import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { generateImages } from '../../scripts/generate-images.mjs';
import type {
  ImageFamily,
  PyTorchInferenceVersion,
  PyTorchTrainingVersion,
  SklearnInferenceVersion,
  SklearnTrainingVersion,
} from '../../src/aws/generated/images.ts';
import type { ImageProblem, ImageRequest } from '../../src/aws/image-problems.ts';
import { IMAGE_FAMILIES, type ImageDevice, type ImageUse, imageSetsOf } from '../../src/aws/image-table.ts';
import { imageUri, recogniseImage } from '../../src/aws/images.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SDK_LISTS = join(process.env['SAGEMAKER_PIPELINES_SHARED'] ?? join(ROOT, '../shared'), 'data/image-uris');

const SKLEARN: ImageRequest = { family: 'sklearn', use: 'training', version: '1.2-1', region: 'us-east-1' };
const PYTORCH: ImageRequest = { family: 'pytorch', use: 'training', version: '2.6.0', region: 'us-east-1' };

function uriOf(request: ImageRequest): string {
  const result = imageUri(request);
  if ('problem' in result) throw new Error(`${result.problem.message}: ${JSON.stringify(request)}`);
  return result.uri;
}

function problemOf(request: ImageRequest): ImageProblem {
  const result = imageUri(request);
  if ('uri' in result) throw new Error(`there is an image: ${result.uri}`);
  return result.problem;
}

describe('imageUri', () => {
  test.each<[string, ImageRequest]>([
    ['683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3', SKLEARN],
    [
      '246618743249.dkr.ecr.us-west-2.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3',
      { ...SKLEARN, use: 'inference', region: 'us-west-2' },
    ],
    [
      '450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-scikit-learn:0.23-1-cpu-py3',
      { ...SKLEARN, version: '0.23-1', region: 'cn-north-1' },
    ],
    [
      '414596584902.dkr.ecr.us-gov-west-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3',
      { ...SKLEARN, version: '1.4-2', region: 'us-gov-west-1' },
    ],
    [
      '833128469047.dkr.ecr.us-iso-east-1.c2s.ic.gov/sagemaker-scikit-learn:1.2-1-cpu-py3',
      { ...SKLEARN, region: 'us-iso-east-1' },
    ],
    [
      '281123927165.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/sagemaker-scikit-learn:1.2-1-cpu-py3',
      { ...SKLEARN, region: 'us-isob-east-1' },
    ],
    [
      '124985052026.dkr.ecr.us-isof-south-1.csp.hci.ic.gov/sagemaker-scikit-learn:1.2-1-cpu-py3',
      { ...SKLEARN, region: 'us-isof-south-1' },
    ],
    ['763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312', PYTORCH],
    [
      '763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6.0-gpu-py312',
      { ...PYTORCH, use: 'inference', device: 'gpu', region: 'eu-west-1' },
    ],
    [
      '727897471807.dkr.ecr.cn-northwest-1.amazonaws.com.cn/pytorch-training:2.8.0-gpu-py312',
      { ...PYTORCH, version: '2.8.0', device: 'gpu', region: 'cn-northwest-1' },
    ],
    [
      '763104351884.dkr.ecr.us-west-2.amazonaws.com/pytorch-training:1.5.0-cpu-py3',
      { ...PYTORCH, version: '1.5.0', python: 'py3', region: 'us-west-2' },
    ],
    [
      '520713654638.dkr.ecr.us-east-1.amazonaws.com/sagemaker-pytorch:1.1.0-cpu-py2',
      { ...PYTORCH, version: '1.1.0', python: 'py2' },
    ],
  ])('gives %s', (uri, request) => {
    expect(imageUri(request)).toEqual({ uri });
  });

  test('resolves a short version to the full one, so that the image does not move', () => {
    expect(uriOf({ ...PYTORCH, version: '1.13' })).toMatch(/:1\.13\.1-cpu-py39$/);
  });

  test('takes the newest Python of the version unless told', () => {
    expect(uriOf({ ...PYTORCH, version: '1.4.0' })).toMatch(/:1\.4\.0-cpu-py36$/);
    expect(uriOf({ ...PYTORCH, version: '1.3.1' })).toMatch(/:1\.3\.1-cpu-py3$/);
  });
});

describe('imageUri says what is wrong', () => {
  test('with a version that is for another use', () => {
    expect(problemOf({ ...SKLEARN, use: 'inference', version: '1.4-2' })).toEqual({
      code: 'unknown-image-version',
      message: 'There is no sklearn image of version "1.4-2" for inference',
      detail: '1.4-2 is for training only; nearest: 1.2-1, 1.0-1, 0.23-1',
      fix: 'did you mean "1.2-1"?',
    });
  });

  test('with a version that does not exist', () => {
    expect(problemOf({ ...PYTORCH, version: '2.9' })).toEqual({
      code: 'unknown-image-version',
      message: 'There is no pytorch image of version "2.9" for training',
      detail: 'nearest: 2.8.0, 2.7.1, 2.6.0',
      fix: 'did you mean "2.8.0"?',
    });
  });

  test.each<[string, ImageRequest, string]>([
    ['a dot for a hyphen', { ...SKLEARN, version: '1.2.1' }, '1.2-1'],
    ['a letter too many', { ...SKLEARN, version: 'v1.2-1' }, '1.2-1'],
    ['a missing dot', { ...PYTORCH, version: '26' }, '2.6'],
    ['a whole tag', { ...SKLEARN, version: '1.2-1-cpu-py3' }, '1.2-1'],
    ['a word', { ...PYTORCH, version: 'latest' }, '2.8.0'],
    ['a name that every object has', { ...PYTORCH, version: 'constructor' }, '2.8.0'],
  ])('with a version that is misspelt: %s', (_, request, meant) => {
    expect(problemOf(request)).toMatchObject({ code: 'unknown-image-version', fix: `did you mean "${meant}"?` });
  });

  test('with a Python', () => {
    expect(problemOf({ ...PYTORCH, version: '2.6', python: '3.11' })).toEqual({
      code: 'unknown-image-python',
      message: 'There is no pytorch 2.6.0 image for training with Python "3.11"',
      detail: 'it has: py312',
      fix: "use python: 'py312', or leave python out",
    });
  });

  test('with a device', () => {
    expect(problemOf({ ...SKLEARN, device: 'gpu' })).toEqual({
      code: 'unknown-image-device',
      message: 'There is no sklearn 1.2-1 image for training on gpu',
      detail: 'it has: cpu',
      fix: "use device: 'cpu'",
    });
  });

  test('with a region that has other versions', () => {
    expect(problemOf({ ...PYTORCH, version: '2.8.0', region: 'us-isof-east-1' })).toEqual({
      code: 'image-not-in-region',
      message: 'There is no pytorch 2.8.0 image for training in region us-isof-east-1',
      detail: 'us-isof-east-1 has: 2.3.0, 2.2.0, 2.1.0',
      fix: 'use version "2.3.0", or another region',
    });
  });

  test('with a region that has none', () => {
    expect(problemOf({ ...SKLEARN, region: 'ap-southeast-5' })).toEqual({
      code: 'image-not-in-region',
      message: 'There is no sklearn 1.2-1 image for training in region ap-southeast-5',
      detail: 'it is in ap-southeast-1, ap-southeast-2, ap-southeast-3 and 34 other regions',
      fix: 'use another region, or copy the image to a registry of your own and name it by its URI',
    });
  });

  test('with a misspelt region', () => {
    expect(problemOf({ ...SKLEARN, region: 'us-eest-1' })).toEqual({
      code: 'unknown-region',
      message: 'No managed image is known in region us-eest-1',
      detail: 'managed images are known in 42 regions',
      fix: 'did you mean "us-east-1"?',
    });
  });

  test('with an availability zone in the place of a region', () => {
    expect(problemOf({ ...SKLEARN, region: 'eu-west-1b' })).toEqual({
      code: 'unknown-region',
      message: '"eu-west-1b" is not the name of an AWS region',
      detail: "a region's name looks like us-east-1, without a zone's letter",
      fix: 'did you mean "eu-west-1"?',
    });
  });

  test('with a region that has no managed image at all', () => {
    expect(problemOf({ ...SKLEARN, region: 'eusc-de-east-1' })).toMatchObject({
      code: 'unknown-region',
      fix: 'check the spelling, or name an image of your own by its URI',
    });
  });
});

describe('recogniseImage', () => {
  test('gives back what every image of the table was asked for', () => {
    let images = 0;
    for (const { request, python, device } of everyImage()) {
      const recognised = recogniseImage(uriOf({ ...request, python, device }));
      expect(recognised).toMatchObject({ version: request.version, device: device ?? 'cpu' });
      // Some families share their images: those for a compiler are the framework's own of that version.
      const isShared = recognised?.family !== request.family;
      expect(isShared || recognised.uses.includes(request.use)).toBe(true);
      images++;
    }
    expect(images).toBeGreaterThan(5000);
  });

  test('knows an image for ARM processors by its use', () => {
    const uri = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.0-1-arm64-cpu-py3';
    expect(recogniseImage(uri)).toMatchObject({ family: 'sklearn', uses: ['inference_graviton'], version: '1.0-1' });
  });

  test('names both uses of an image that serves as it trains', () => {
    expect(recogniseImage(uriOf(SKLEARN))?.uses).toEqual(['training', 'inference']);
    expect(recogniseImage(uriOf({ ...SKLEARN, version: '1.4-2' }))?.uses).toEqual(['training']);
    expect(recogniseImage(uriOf(PYTORCH))?.uses).toEqual(['training']);
  });

  test.each([
    ['2.6-cpu-py312', '2.6.0'],
    ['2.0.0-cpu-py310-ubuntu20.04-sagemaker', '2.0.0'],
    ['2.6.0-cpu-py312-ubuntu22.04-sagemaker-v1.12', '2.6.0'],
    ['1.6.0-cpu-py36-cu110-ubuntu18.04', '1.6.0'],
  ])('understands the tag %s', (tag, version) => {
    const uri = `763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:${tag}`;
    expect(recogniseImage(uri)).toMatchObject({ family: 'pytorch', uses: ['training'], version, device: 'cpu' });
  });

  test.each([
    ['a copy in another account', '111122223333.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312'],
    ["another region's account", '683313688378.dkr.ecr.us-west-2.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3'],
    [
      'an image for EC2',
      '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312-ubuntu22.04-ec2',
    ],
    [
      'a version that is not in the table',
      '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:9.9.0-cpu-py312',
    ],
    [
      'a Python that is not in the table',
      '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py31',
    ],
    ['an image without a tag', '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training'],
    ['an image of Docker Hub', 'python:3.12'],
    ['what is no image', 'https://example.org/'],
  ])('does not take %s for a managed image', (_, uri) => {
    expect(recogniseImage(uri)).toBeUndefined();
  });
});

test('a version that cannot serve is no version for serving', () => {
  expectTypeOf<'1.4-2'>().toExtend<SklearnTrainingVersion>();
  expectTypeOf<'1.4-2'>().not.toExtend<SklearnInferenceVersion>();
  expectTypeOf<'2.8' | '2.8.0'>().toExtend<PyTorchTrainingVersion>();
  expectTypeOf<'2.8'>().not.toExtend<PyTorchInferenceVersion>();
  expect(problemOf({ ...PYTORCH, use: 'inference', version: '2.8' }).detail).toMatch(/^2\.8 is for training only/);
});

describe.skipIf(!existsSync(SDK_LISTS))("against the Python SDK's own lists (needs data/image-uris)", () => {
  test('the generated table is what the generator makes of them', () => {
    const generated = readFileSync(join(ROOT, 'src/aws/generated/images.ts'), 'utf8');
    expect(generateImages(SDK_LISTS)).toBe(generated);
  });

  test.each(IMAGE_FAMILIES)('every %s image has the URI that they say', (family) => {
    let images = 0;
    for (const { request, entry, repository, tag } of listedImages(family)) {
      for (const [region, account] of Object.entries(entry.registries)) {
        const [host, image] = uriOf({ ...request, region }).split('/');
        expect(host?.startsWith(`${account}.dkr.ecr.${region}.`)).toBe(true);
        expect(image).toBe(tag === '' ? repository : `${repository}:${tag}`);
        images++;
      }
    }
    expect(images).toBeGreaterThan(0);
  });
});

interface SdkEntry {
  readonly processors?: readonly ImageDevice[];
  readonly py_versions?: readonly string[];
  readonly registries: Readonly<Record<string, string>>;
  readonly repository: string;
  readonly tag_prefix?: string;
  readonly container_version?: Readonly<Record<string, string>>;
  readonly sdk_versions?: readonly string[];
}

interface SdkList {
  readonly scope?: readonly ImageUse[];
  readonly processors?: readonly ImageDevice[];
  readonly versions: Readonly<Record<string, SdkEntry | Readonly<Record<string, SdkEntry>>>>;
}

/** What the SDK's code, not its lists, says of tags. Written down once more, from that code. */
const NEURON_WORDS: Readonly<Record<string, string>> = {
  'pytorch-neuron': 'neuron',
  'huggingface-neuron': 'neuron',
  'huggingface-neuronx': 'neuronx',
  'huggingface-llm-neuronx': 'neuronx',
  'huggingface-vllm-neuronx': 'neuronx',
};
const NEURON_SDK =
  /^(pytorch-training-neuronx?|huggingface-vllm-inference-neuronx|huggingface-pytorch-inference-neuronx?)$/;

/** Every image of a family as the lists have it: what to ask for, and repository and tag as the SDK puts them together. */
function* listedImages(family: ImageFamily) {
  const file = JSON.parse(readFileSync(join(SDK_LISTS, `${family}.json`), 'utf8')) as
    | SdkList
    | Record<ImageUse, SdkList>;
  const lists: [ImageUse, SdkList][] =
    'versions' in file
      ? (file.scope ?? ['training' as const]).map((use) => [use, file])
      : (Object.entries(file) as [ImageUse, SdkList][]);
  for (const [use, list] of lists) {
    for (const [version, found] of Object.entries(list.versions)) {
      const entries: [string, SdkEntry][] =
        'repository' in found
          ? [['', found as SdkEntry]]
          : Object.entries(found as Record<string, SdkEntry>).filter(([key]) => key !== 'version_aliases');
      for (const [key, entry] of entries) {
        const isPython = /^py\d+$/.test(key);
        const base = key === '' || isPython ? undefined : key;
        const devices: readonly (ImageDevice | undefined)[] = list.processors ?? entry.processors ?? [undefined];
        for (const device of devices) {
          for (const python of isPython ? [key] : (entry.py_versions ?? [undefined])) {
            yield {
              request: { family, use, version, base, python, device },
              entry,
              repository: family === 'sagemaker-base-python' ? `${entry.repository}-310` : entry.repository,
              tag: sdkTag({ family, use, version, base, python, device, entry }),
            };
          }
        }
      }
    }
  }
}

function sdkTag(image: {
  family: ImageFamily;
  use: ImageUse;
  version: string;
  base: string | undefined;
  python: string | undefined;
  device: ImageDevice | undefined;
  entry: SdkEntry;
}): string {
  const { family, use, version, base, python, device, entry } = image;
  if (use === 'inference_graviton' && family === 'sklearn') return `${version}-arm64-cpu-py3`;
  if (use === 'inference_graviton' && family === 'xgboost') return `${version}-arm64`;
  const prefix =
    base === undefined ? (entry.tag_prefix ?? version) : `${base.replace(/^[a-z]+/, '')}-transformers${version}`;
  const word = family === 'sagemaker-tritonserver' && device === 'gpu' ? '' : (NEURON_WORDS[family] ?? device);
  const sdk = NEURON_SDK.test(entry.repository) ? entry.sdk_versions?.toSorted().at(-1) : undefined;
  const container = device === undefined ? undefined : entry.container_version?.[device];
  const graviton = entry.repository.endsWith('-inference-graviton') ? 'sagemaker' : undefined;
  return [prefix, word, python, sdk, container, graviton].filter((part) => part !== undefined && part !== '').join('-');
}

/** Every image of the table, with what it was asked for. */
function everyImage(): readonly {
  request: ImageRequest;
  python: string | undefined;
  device: ImageDevice | undefined;
}[] {
  return IMAGE_FAMILIES.flatMap((family) =>
    imageSetsOf(family).flatMap(({ uses, groups }) =>
      groups.flatMap(({ versions, registry, devices, pythons, base }) =>
        versions.flatMap((version) =>
          Object.keys(registry)
            .filter((_, index) => index % 5 === 0)
            .flatMap((region) =>
              (devices.length === 0 ? [undefined] : devices).flatMap((device) =>
                (pythons.length === 0 ? [undefined] : pythons).map((python) => ({
                  request: { family, use: uses[0]!, version, base, region },
                  python,
                  device,
                })),
              ),
            ),
        ),
      ),
    ),
  );
}
