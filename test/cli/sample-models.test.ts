import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Project, writeProject } from '../support/project.ts';

const MAKER = (approval: string) => `import { asset, definePipeline, modelPackage, step } from 'sagemaker-pipelines';
const register = step.registerModel('Register', modelPackage({
  group: 'lines', accepts: ['text/csv'], returns: ['text/csv'], approval: '${approval}',
  containers: [{ Image: 'image:1', ModelDataUrl: asset(import.meta, 'model.tar.gz') }],
}));
export default definePipeline({ name: 'maker', steps: [register] });
`;

/** It says what it was given, and needs nothing to run. */
const USER = `import { definePipeline, join, parameter, step } from 'sagemaker-pipelines';
const Model = parameter.string();
const Note = parameter.string({ default: 'none' });
export default definePipeline({ name: 'user', parameters: { Model, Note }, steps: [
  step.fail('Tell', { ErrorMessage: join\`model=\${Model} note=\${Note}\` }),
] });
`;

function projectWith(sample: object, maker = MAKER('Approved')): Project {
  return writeProject({
    'pipelines/maker/pipeline.ts': maker,
    'pipelines/maker/model.tar.gz': 'weights',
    'pipelines/user/pipeline.ts': USER,
    'pipelines/user/sample/parameters.json': JSON.stringify({ Model: sample }),
  });
}

const ENV = { PATH: '/nowhere' };
const COMMAND = ['--name', 'user', '--local'];
const run = (project: Project, ...words: string[]) => project.runInHost('run-pipeline', [...COMMAND, ...words], ENV);

describe('a sample that asks for a model', () => {
  test('has it made first, says so, and uses it from then on', async () => {
    const project = projectWith({ approvedModel: 'lines', madeBy: 'maker' });
    const first = await project.run('run-pipeline', COMMAND, ENV);
    expect(first.stderr).toContain('note: maker runs first: no approved version of the model "lines" is here yet\n');
    expect(first.stderr).toContain('Tell failed: model=lines/1 note=none');
    const second = await run(project);
    expect(second.stderr).not.toContain('runs first');
    expect(second.stderr).toContain('Tell failed: model=lines/1 note=none');
  });

  test('has it made by the whole of the other pipeline, also where some steps of its own are to run', async () => {
    const project = projectWith({ approvedModel: 'lines', madeBy: 'maker' });
    const { stderr } = await run(project, '--only', 'Tell');
    expect(stderr).toContain('Register: succeeded');
    expect(stderr).toContain('Tell failed: model=lines/1 note=none');
  });

  test('is not made when a file that was given beside it is not there', async () => {
    const project = projectWith({ approvedModel: 'lines', madeBy: 'maker' });
    const reader = `import { asset, definePipeline, parameter, sklearn, step } from 'sagemaker-pipelines';
const Model = parameter.string();
const Data = parameter.string();
const read = step.processing('Read', sklearn.processor({ version: '1.2-1', code: asset(import.meta, 'read.py'),
  instance: { type: 'ml.m5.large' }, inputs: { data: Data }, arguments: [Model] }));
export default definePipeline({ name: 'user', parameters: { Model, Data }, steps: [read] });
`;
    writeFileSync(join(project.folder, 'pipelines/user/pipeline.ts'), reader);
    writeFileSync(join(project.folder, 'pipelines/user/read.py'), '');
    const { stderr, exitCode } = await run(project, '-p', 'Data=./nowhere.csv');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error[missing-file]  The parameter Data leads nowhere');
    expect(stderr).not.toContain('runs first');
  });

  test('gets the place of its archive when that is what it asks for', async () => {
    const { stderr } = await run(projectWith({ approvedModel: 'lines', as: 'data', madeBy: 'maker' }));
    expect(stderr).toMatch(/Tell failed: model=s3:\/\/sagemaker-local\/assets\/[0-9a-f]{64}\/model\.tar\.gz note=none/);
  });

  test('answers with one object, that of the run which was asked for', async () => {
    const { stdout } = await run(projectWith({ approvedModel: 'lines', madeBy: 'maker' }), '--json');
    const answer = JSON.parse(stdout) as { steps: { step: string }[] };
    expect(answer.steps.map(({ step }) => step)).toEqual(['Tell']);
  });

  test('asks for nothing when the parameter is given', async () => {
    const { stderr } = await run(projectWith({ approvedModel: 'lines', madeBy: 'maker' }), '-p', 'Model=own');
    expect(stderr).not.toContain('runs first');
    expect(stderr).toContain('Tell failed: model=own note=none');
  });

  test('starts nothing in a dry run', async () => {
    const project = projectWith({ approvedModel: 'lines', madeBy: 'maker' });
    const { exitCode, stderr } = await run(project, '--dry-run');
    expect({ exitCode, said: stderr.includes('maker would run first') }).toEqual({ exitCode: 0, said: true });
    expect((await run(project)).stderr).toContain('maker runs first');
  });

  test('is told when the model that was made is not approved', async () => {
    const { exitCode, stderr } = await run(
      projectWith({ approvedModel: 'lines', madeBy: 'maker' }, MAKER('PendingManualApproval')),
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('maker ran, and still no approved version of the model "lines" is here yet');
    expect(stderr).toContain('fix: sagemaker-pipelines models approve lines');
  });

  test('ends with the failure of what was to make it', async () => {
    const { exitCode, stderr } = await run(
      projectWith(
        { approvedModel: 'lines', madeBy: 'maker' },
        USER.replaceAll("'Tell'", "'Broken'").replace('()', "({ default: 'x' })"),
      ),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Broken failed: model=x');
    expect(stderr).toMatch(/fix: run-pipeline --name maker --local --resume \w{12}\n/);
    expect(stderr).not.toContain('Tell');
  });

  test('cannot wait for itself', async () => {
    const { exitCode, stderr } = await run(projectWith({ approvedModel: 'lines', madeBy: 'user' }));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('The samples of pipelines wait for each other: user');
  });

  test.each([
    [{ approvedModel: 'lines' }],
    [{ approvedModel: 'lines', madeBy: 'maker', as: 'file' }],
    [{ approvedModel: 'lines', madeBy: 'maker', more: 1 }],
  ])('has to say what it means: %j', async (sample) => {
    const { exitCode, stderr } = await run(projectWith(sample));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error[bad-sample]  The sample for Model says nothing that can be used');
  });
});

describe('--params in a format of its own', () => {
  const READER = `${USER}
export function readParams({ model, bucket, name, ...rest }) {
  if (Object.keys(rest).length > 0) throw new Error('no such key: ' + Object.keys(rest));
  return { parameters: { Model: model }, bucket, name };
}
`;
  const project = (): Project => writeProject({ 'pipelines/user/pipeline.ts': READER });

  test('becomes parameters, a bucket and a name', async () => {
    const given = ['--params', '{"model": "m", "bucket": "my-bucket", "name": "mine"}', '--dry-run', '--json'];
    const { stdout } = await run(project(), ...given);
    expect(JSON.parse(stdout)).toMatchObject({
      pipeline: 'mine',
      bucket: { value: 'my-bucket', from: '--params' },
      parameters: [{ name: 'Model', value: 'm', from: 'file' }, { name: 'Note' }],
    });
    const flag = await run(project(), ...given, '--bucket', 'other-bucket');
    expect(JSON.parse(flag.stdout)).toMatchObject({ bucket: { value: 'other-bucket', from: '--bucket' } });
  });

  test('is refused with the words of the one who reads it', async () => {
    const { exitCode, stderr } = await run(project(), '--params', '{"modle": "m"}');
    expect({ exitCode, said: stderr.includes('error[bad-parameters]  no such key: modle') }).toEqual({
      exitCode: 2,
      said: true,
    });
  });
});
