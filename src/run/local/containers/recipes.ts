import type { RecognisedImage } from '../../../aws/images.ts';

/** What a Python environment must hold to stand for an image. */
export interface Recipe {
  /** As it is called in messages, and shared by all images that it stands for: `sklearn 1.2-1`. */
  readonly name: string;
  /** The Python of the image: `3.9`; whichever there is when left out. */
  readonly python?: string;
  /** A version where the image is known to pin one, a range, or nothing where it takes what is newest. */
  readonly packages: Readonly<Record<string, string>>;
  /** Packages that have another name on Linux, where what has their own name brings CUDA. */
  readonly onLinux?: Readonly<Record<string, string>>;
  /** PyTorch's own packages, which on some machines come with CUDA unless they are fetched apart. */
  readonly torch?: Readonly<Record<string, string>>;
}

/** A version that the image has and this machine cannot have, and what is there instead. */
export interface Substitution {
  readonly what: string;
  readonly wanted: string;
  /** Nothing when there is none at all. */
  readonly got: string | null;
}

/**
 * What scripts find in scikit-learn's images, by version. Source: `requirements.txt` and the base Dockerfile on the
 * branches and tags of https://github.com/aws/sagemaker-scikit-learn-container. The server's own packages are left out.
 */
const SKLEARN: Readonly<Record<string, Omit<Recipe, 'name'>>> = {
  '0.20.0': {
    python: '3.7',
    packages: { 'scikit-learn': '0.20.0', numpy: '1.19.5', pandas: '0.25.3', scipy: '', pyarrow: '0.14.1', boto3: '' },
  },
  '0.23-1': {
    python: '3.7',
    packages: {
      'scikit-learn': '0.23.2',
      numpy: '1.19.2',
      pandas: '1.1.3',
      scipy: '1.5.3',
      pyarrow: '1.0.0',
      'python-dateutil': '2.8.1',
      boto3: '1.24.17',
    },
  },
  '1.0-1': {
    python: '3.8',
    packages: {
      'scikit-learn': '1.0.2',
      numpy: '1.24.1',
      pandas: '1.1.3',
      scipy: '1.8.0',
      pyarrow: '14.0.1',
      'python-dateutil': '2.8.1',
      boto3: '1.28.57',
    },
  },
  '1.2-1': {
    python: '3.9',
    packages: {
      'scikit-learn': '1.2.1',
      numpy: '1.24.1',
      pandas: '1.1.3',
      scipy: '1.8.0',
      pyarrow: '14.0.1',
      'python-dateutil': '2.8.1',
      boto3: '1.28.57',
    },
  },
  '1.4-2': {
    python: '3.10',
    packages: {
      'scikit-learn': '1.4.2',
      numpy: '2.1.0',
      pandas: '>=2.0.0',
      scipy: '>=1.9.0',
      pyarrow: '17.0.0',
      boto3: '1.28.57',
    },
  },
};

/**
 * The Python of PyTorch's images where their tag only says `py3`. Source: the Dockerfiles below `pytorch/` in
 * https://github.com/aws/deep-learning-containers, which pin PyTorch alone and take the rest as it comes.
 */
const PYTORCH_PYTHON = '3.6';

/** How long PyTorch's images kept NumPy below 2 by their own pin, for a package beside it. */
const LAST_TORCH_IMAGE_BELOW_NUMPY_2 = [2, 6];

/**
 * What scripts find in XGBoost's images, by version. Source: `requirements.txt` and the base Dockerfile on the branches
 * and tags of https://github.com/aws/sagemaker-xgboost-container.
 */
const XGBOOST: Readonly<Record<string, Omit<Recipe, 'name'>>> = {
  '1.0-1': xgboost('1.0.0', '3.7', { numpy: '', pandas: '1.1.3', scipy: '1.2.2', 'scikit-learn': '0.24.1' }),
  '1.2-1': xgboost('1.2.0', '3.7', { numpy: '1.21.6', pandas: '1.1.3', scipy: '1.5.3', 'scikit-learn': '0.23.2' }),
  '1.2-2': xgboost('1.2.0', '3.7', { numpy: '1.21.6', pandas: '1.1.3', scipy: '1.5.3', 'scikit-learn': '0.23.2' }),
  '1.3-1': xgboost('1.3.3', '3.7', { numpy: '1.21.6', pandas: '1.2.4', scipy: '1.6.2', 'scikit-learn': '0.24.1' }),
  '1.5-1': xgboost('1.5.2', '3.8', { numpy: '1.24.4', pandas: '1.5.3', scipy: '1.8.0', 'scikit-learn': '0.24.1' }),
  '1.7-1': xgboost('1.7.4', '3.9', { numpy: '1.24.1', pandas: '1.2.4', scipy: '1.8.0', 'scikit-learn': '0.24.1' }),
  '3.0-5': xgboost('3.0.5', '3.10', { numpy: '2.1.0', pandas: '2.2.3', scipy: '1.15.0', 'scikit-learn': '1.5.2' }),
};

function xgboost(version: string, python: string, packages: Readonly<Record<string, string>>): Omit<Recipe, 'name'> {
  // Since 2.1 the package on Linux asks for NVIDIA's; the one without it came with the same releases.
  const apart = isUpTo(version, [2, 0]) ? {} : { onLinux: { xgboost: 'xgboost-cpu' } };
  return { python, packages: { xgboost: version, ...packages, pyarrow: '', boto3: '' }, ...apart };
}

/** What stands for a managed image; undefined for families that nothing here stands for. */
export function recipeOf(image: Pick<RecognisedImage, 'family' | 'version' | 'python' | 'base'>): Recipe | undefined {
  const { family, version, python, base } = image;
  const name = `${family} ${version}`;
  if (family === 'sklearn') {
    // A version newer than the table: its own number is the one thing known for certain, in scikit-learn's spelling.
    return {
      name,
      ...(SKLEARN[version] ?? { packages: { 'scikit-learn': releaseOf(version), pandas: '', boto3: '' } }),
    };
  }
  if (family === 'xgboost') return XGBOOST[version] === undefined ? undefined : { name, ...XGBOOST[version] };
  if (family === 'pytorch') return { name, ...pytorch(version, python) };
  const torch = /^pytorch(\d.*)$/.exec(base ?? '')?.[1];
  if (family !== 'huggingface' || torch === undefined) return undefined;
  const beneath = pytorch(torch, python);
  const packages = { transformers: version, ...beneath.packages, accelerate: '', sentencepiece: '' };
  return { ...beneath, name, packages };
}

function pytorch(version: string, python: string | undefined): Omit<Recipe, 'name'> {
  const isOld = isUpTo(version, LAST_TORCH_IMAGE_BELOW_NUMPY_2);
  return {
    python: pythonOf(python) ?? PYTORCH_PYTHON,
    torch: { torch: version, ...torchvision(version) },
    packages: {
      numpy: isOld ? '<2' : '',
      scipy: '',
      pandas: '',
      'scikit-learn': '',
      pillow: '',
      pyyaml: '',
      requests: '',
      tqdm: '',
      psutil: '',
      boto3: '',
    },
  };
}

/** `1.4-2` is scikit-learn 1.4.2. */
function releaseOf(version: string): string {
  return version.replace('-', '.');
}

/** `py312` is Python 3.12, and `py3` says nothing. */
function pythonOf(tag: string | undefined): string | undefined {
  const minor = /^py3(\d+)$/.exec(tag ?? '')?.[1];
  return minor === undefined ? undefined : `3.${minor}`;
}

/** torchvision counts on its own: 0.15 came with PyTorch 2.0, and each has kept pace since. https://github.com/pytorch/vision */
function torchvision(torch: string): { readonly torchvision?: string } {
  const [major, minor, patch] = parts(torch);
  return major === 2 && minor !== undefined ? { torchvision: `0.${15 + minor}.${patch ?? 0}` } : {};
}

function parts(version: string): readonly number[] {
  return version.split('.').map(Number);
}

function isUpTo(version: string, limit: readonly number[]): boolean {
  const [major = 0, minor = 0] = parts(version);
  const [limitMajor = 0, limitMinor = 0] = limit;
  return major < limitMajor || (major === limitMajor && minor <= limitMinor);
}
