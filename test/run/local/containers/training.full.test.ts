import { beforeAll, expect, test } from 'vitest';

import { describeWithPython } from '../../../support/python-environment.ts';
import { archiveOf, makeToolkit, train } from './toolkit-training.ts';

describeWithPython('training', () => {
  beforeAll(makeToolkit);

  test('a package of setuptools, which pip fetches to build it, is installed and run as a module', async () => {
    const source = archiveOf({
      'setup.py': `from setuptools import setup\nsetup(name='fitting', version='1', py_modules=['fitting'])\n`,
      'fitting.py': `import sys\nprint('fitting', sys.argv[1:], __name__)\n`,
    });
    const { end, lines } = await train(source, { sagemaker_program: '"fitting.py"', xs: '1' });
    expect([end.exitCode, lines.at(-1)]).toEqual([0, "fitting ['--xs', '1'] __main__"]);
  });
});
