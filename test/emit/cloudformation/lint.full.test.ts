import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { emit, parse, toJson } from 'sagemaker-pipelines';
import { templateText, toCloudFormation, toStateMachineTemplate } from '../../../src/emit/cloudformation/template.ts';
import { shippedPipelines } from '../../golden/shipped-pipelines.ts';
import {
  PYTHON_ENVIRONMENT_TIME_LIMIT,
  describeWithPython,
  pythonEnvironment,
} from '../../support/python-environment.ts';
import { runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const GOLDEN = fileURLToPath(new URL('../../golden/sdk', import.meta.url));

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/jobs`;

/** The documents that the Python SDK wrote. */
const WRITTEN = readdirSync(GOLDEN)
  .filter((name) => name.endsWith('.json') && name !== 'gaps.json')
  .map((name) => ({ name: name.slice(0, -'.json'.length), text: readFileSync(join(GOLDEN, name), 'utf8') }));
const SHIPPED = (await shippedPipelines()).map(({ name, pipeline }) => ({
  name: name.replaceAll(/[^a-z]+/g, '-'),
  text: toJson(emit(pipeline, { region: 'us-east-1' }).definition),
}));

describeWithPython('cfn-lint', () => {
  test(
    'has nothing to say about the templates of every document',
    async () => {
      const folder = temporaryFolder();
      const files = [...SHIPPED, ...WRITTEN].flatMap(({ name, text }) => {
        // Their account is a joke, and cfn-lint reads ARNs.
        const definition = parse(
          text.replaceAll('"arn:r"', `"${ROLE}"`).replaceAll(':us-west-2:1:', `:us-west-2:${ACCOUNT}:`),
        ).document!;
        const subject = { name: name.replaceAll('_', '-'), definition, tags: { team: 'rings' }, parallelism: 4 };
        const forms = { pipeline: toCloudFormation(subject), machine: toStateMachineTemplate(subject) };
        return Object.entries(forms).flatMap(([form, { template, diagnostics }]) => {
          if (diagnostics.some(({ severity }) => severity === 'error')) return [];
          const file = join(folder, `${name}.${form}.json`);
          writeFileSync(file, templateText(template));
          return [file];
        });
      });
      expect(files.length).toBeGreaterThan(60);
      const { bin } = await pythonEnvironment({ name: 'cfn-lint', requirements: ['cfn-lint==1.51.5'] });
      const { stdout, stderr } = await runCommand(bin('cfn-lint'), ['-r', 'eu-west-1', 'us-east-1', '-t', ...files], {
        timeLimit: PYTHON_ENVIRONMENT_TIME_LIMIT,
      });
      expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
    },
    PYTHON_ENVIRONMENT_TIME_LIMIT,
  );
});
