import { versionsByNearness } from '../../../aws/version-order.ts';
import { PipelineError, isPipelineError } from '../../../definition/error.ts';
import type { Interpreter } from './interpreters.ts';
import type { Say } from './long-work.ts';
import type { Substitution } from './recipes.ts';
import { INSTALL, type RunPython, bare, releasesOf, requirement } from './pip.ts';

/** PyTorch's own index of wheels without CUDA. https://pytorch.org/get-started/locally/ */
const CPU_INDEX = 'https://download.pytorch.org/whl/cpu';

/** What was put into an environment before all else. */
interface TorchInstalled {
  readonly installed: Readonly<Record<string, string>>;
  readonly substituted: readonly Substitution[];
}

/**
 * Installs PyTorch's packages for the processor alone. On Linux the wheels of the usual index are for CUDA and bring
 * gigabytes of it, so there they come from PyTorch's own index or from folders that pip is told of, and from nowhere else.
 */
export async function installTorch(
  run: RunPython,
  wanted: Readonly<Record<string, string>>,
  { platform }: Interpreter,
  env: Readonly<Record<string, string | undefined>>,
  say: Say,
): Promise<TorchInstalled> {
  const apart = platform === 'linux-x86_64';
  const index = env['SAGEMAKER_PIPELINES_TORCH_INDEX'] ?? CPU_INDEX;
  const options = apart ? ['--index-url', index] : [];
  const more: Readonly<Record<string, string>> = apart ? { PIP_EXTRA_INDEX_URL: '' } : {};
  const installed: Record<string, string> = {};
  const substituted: Substitution[] = [];
  for (const [name, version] of Object.entries(wanted)) {
    say(`looking for the releases of ${name}`);
    const found = await releasesOf(run, name, options, more).catch((cause: unknown) => {
      // What pip itself is to be told would not help: these packages have an index of their own.
      if (apart && isPipelineError(cause)) throw noTorch(version, index, cause.detail);
      throw cause;
    });
    const isMain = name === 'torch';
    // Its companions are built for one release of it: another than the one wanted fits only by chance.
    const fits = isMain || bare(installed['torch'] ?? '') === wanted['torch'];
    const nearest = fits
      ? (found.find((each) => bare(each) === version) ?? (isMain ? versionsByNearness(version, found)[0] : undefined))
      : undefined;
    const done =
      nearest === undefined
        ? undefined
        : await run([...INSTALL, '--no-deps', ...options, requirement(name, nearest)], more);
    if (isMain && done?.ok !== true) throw noTorch(version, index, done?.lines.at(-1));
    const got = done?.ok === true && nearest !== undefined ? nearest : null;
    if (got !== null) installed[name] = got;
    if (got === null || bare(got) !== version) substituted.push({ what: name, wanted: version, got });
  }
  if (apart) await refuseCuda(run);
  return { installed, substituted };
}

async function refuseCuda(run: RunPython): Promise<void> {
  const ask =
    'import importlib.metadata as m; print(any(r.startswith(("nvidia-", "cuda-")) for r in m.requires("torch") or []))';
  const { lines } = await run(['-c', ask]);
  if (lines.at(-1) !== 'True') return;
  throw new PipelineError(
    'machine',
    'torch-with-cuda',
    'The PyTorch that pip found is for CUDA; this run needs one for the processor alone',
    {
      detail: 'the wheel asks for packages of CUDA, several gigabytes of them',
      fix: 'put a CPU wheel of PyTorch into a folder and name it: PIP_FIND_LINKS=/folder',
    },
  );
}

function noTorch(version: string, index: string, said: string | undefined): PipelineError {
  return new PipelineError(
    'machine',
    'package-index-unreachable',
    `No PyTorch near ${version} for the processor alone can be had`,
    {
      detail: `looked at ${index} and in PIP_FIND_LINKS${said === undefined ? '' : `; ${said}`}`,
      fix: 'name another index (SAGEMAKER_PIPELINES_TORCH_INDEX), or a folder with its wheel (PIP_FIND_LINKS)',
    },
  );
}
