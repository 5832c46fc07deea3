import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { runCommand } from '../../../../support/run-command.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { SERVE } from './model-host.ts';

/** Runs `train.py` of these files as an image's toolkit would, and gives what was said. */
export async function runTrain(
  python: string,
  image: 'sklearn' | 'xgboost' | 'pytorch',
  code: Readonly<Record<string, string>>,
): Promise<string> {
  const base = temporaryFolder();
  const files = {
    'input/config/hyperparameters.json': JSON.stringify({ sagemaker_program: '"train.py"' }),
    'input/config/resourceconfig.json': JSON.stringify({ hosts: ['algo-1'], current_host: 'algo-1' }),
    'input/config/inputdataconfig.json': '{}',
    'output/.keep': '',
    ...Object.fromEntries(Object.entries(code).map(([name, text]) => [`code/${name}`, text])),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, name)), { recursive: true });
    writeFileSync(join(base, name), text);
  }
  const SAGEMAKER_TRAINING_MODULE = `sagemaker_${image}_container.training:main`;
  const { stdout, stderr } = await runCommand(python, [join(dirname(SERVE), 'train.py'), base], {
    env: { ...process.env, SAGEMAKER_TRAINING_MODULE, PYTHONDONTWRITEBYTECODE: '1' },
    timeLimit: 60_000,
  });
  return stdout + stderr;
}
