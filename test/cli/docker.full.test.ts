import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import {
  type DockerEngine,
  containersOf,
  describeWithDocker,
  makeImage,
  startDocker,
} from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { programOf, writeProject } from '../support/project.ts';
import { type CommandResult, killGroup, runCommand, tieToThisProcess } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const IMAGE = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/scorer:1';
const ROLE = 'arn:aws:iam::111122223333:role/sagemaker';
const RESOURCES = { InstanceType: 'ml.m5.large', InstanceCount: 1 };
const CLUSTER = { ...RESOURCES, VolumeSizeInGB: 30 };

/** As an image's own programs: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms.html */
const PROGRAMS = {
  train: `#!/usr/bin/python3
import json, os, sys
given = json.load(open("/opt/ml/input/config/hyperparameters.json"))
print("channels", os.listdir("/opt/ml/input/data"))
if "factor" not in given:
    os.makedirs("/opt/ml/output", exist_ok=True)
    open("/opt/ml/output/failure", "w").write("no factor was given")
    sys.exit(1)
open("/opt/ml/model/factor.txt", "w").write(given["factor"])
`,
  serve: `#!/usr/bin/python3
import http.server
factor = float(open("/opt/ml/model/factor.txt").read())
class Model(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.answer(b"")
    def do_POST(self):
        rows = self.rfile.read(int(self.headers["Content-Length"])).decode().splitlines()
        self.answer("".join(f"{sum(map(float, row.split(','))) * factor}\\n" for row in rows).encode())
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Model).serve_forever()
`,
};

const CLEAN_PY = `import os, sys, urllib.request
print("words", sys.argv[1:], "greeting", os.environ["GREETING"])
print("store", urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL_S3"] + "/").status)
for name in os.listdir("/opt/ml/processing/in"):
    open("/opt/ml/processing/out/" + name, "w").write(open("/opt/ml/processing/in/" + name).read())
`;

const SLEEP_PY = `import time
print("begun", flush=True)
time.sleep(600)
`;

interface Wanted {
  readonly image?: string;
  readonly factor?: string;
  readonly containers?: number;
  readonly seconds?: number;
}

function definition({ image = IMAGE, factor = '2', containers = 1, seconds = 3600 }: Wanted = {}): string {
  const inputOf = (name: string, s3: string) => ({
    InputName: name,
    AppManaged: false,
    S3Input: {
      S3Uri: s3,
      LocalPath: `/opt/ml/processing/${name}`,
      S3DataType: 'S3Prefix',
      S3InputMode: 'File',
    },
  });
  const cleaned = { Get: "Steps.Clean.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri" };
  const source = { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: cleaned } };
  const container = { Image: IMAGE, ModelDataUrl: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' } };
  const steps = {
    Clean: {
      Type: 'Processing',
      Arguments: {
        ProcessingResources: { ClusterConfig: CLUSTER },
        AppSpecification: {
          ImageUri: image,
          ContainerEntrypoint: ['python3', '/opt/ml/processing/code/clean.py'],
          ContainerArguments: ['--label', 'two words'],
        },
        RoleArn: ROLE,
        Environment: { GREETING: 'hello $HOME' },
        StoppingCondition: { MaxRuntimeInSeconds: seconds },
        ProcessingInputs: [inputOf('in', 's3://b/in'), inputOf('code', 's3://b/code/clean.py')],
        ProcessingOutputConfig: {
          Outputs: [
            {
              OutputName: 'out',
              AppManaged: false,
              S3Output: {
                S3Uri: 's3://b/clean/',
                LocalPath: '/opt/ml/processing/out',
                S3UploadMode: 'EndOfJob',
              },
            },
          ],
        },
      },
    },
    Train: {
      Type: 'Training',
      Arguments: {
        AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
        HyperParameters: factor === '' ? {} : { factor },
        InputDataConfig: [{ ChannelName: 'train', DataSource: source }],
        OutputDataConfig: { S3OutputPath: 's3://b/models' },
        ResourceConfig: CLUSTER,
        RoleArn: ROLE,
        StoppingCondition: { MaxRuntimeInSeconds: 3600 },
      },
    },
    Model: {
      Type: 'Model',
      Arguments: { ExecutionRoleArn: ROLE, Containers: Array.from({ length: containers }, () => container) },
    },
    Predict: {
      Type: 'Transform',
      Arguments: {
        ModelName: { Get: 'Steps.Model.ModelName' },
        TransformInput: { DataSource: source, ContentType: 'text/csv', SplitType: 'Line' },
        TransformOutput: { S3OutputPath: 's3://b/predictions', AssembleWith: 'Line', Accept: 'text/csv' },
        TransformResources: RESOURCES,
        DataProcessing: { JoinSource: 'Input' },
      },
    },
  };
  return JSON.stringify({
    Version: '2020-12-01',
    Metadata: {},
    Parameters: [],
    Steps: Object.entries(steps).map(([Name, step]) => ({ Name, ...step })),
  });
}

describeWithDocker('a run in containers', () => {
  let engine: DockerEngine;

  beforeAll(async () => {
    engine = await startDocker(afterAll);
    const programs = join(temporaryFolder(afterAll), 'programs');
    mkdirSync(programs);
    for (const [name, text] of Object.entries(PROGRAMS)) {
      writeFileSync(join(programs, name), text);
      chmodSync(join(programs, name), 0o755);
    }
    await makeImage(engine, IMAGE, programs);
  });

  afterAll(() => engine.stop());

  const WORDS = [
    'run',
    'd.json',
    '--local',
    '--runtime',
    'docker',
    '--map',
    's3://b/in=./in',
    '--map',
    's3://b/code=./code',
  ];

  function project(wanted: Wanted, code = CLEAN_PY) {
    const files = { 'd.json': definition(wanted), 'in/a.csv': '1,2\n3,4\n', 'code/clean.py': code };
    const { folder } = writeProject(files);
    const env = { PATH: process.env['PATH'], HOME: folder, AWS_REGION: 'eu-west-1', ...engine.env };
    const run = (): Promise<CommandResult> =>
      runCommand(process.execPath, [programOf('sagemaker-pipelines'), ...WORDS], {
        cwd: folder,
        env,
      });
    /** Starts a run whose first job sleeps, and waits until it does. */
    const begin = async () => {
      const child = spawn(process.execPath, [programOf('sagemaker-pipelines'), ...WORDS], {
        cwd: folder,
        env,
        stdio: 'ignore',
        detached: true,
      });
      onTestFinished(tieToThisProcess(child.pid));
      onTestFinished(() => killGroup(child.pid));
      const ended = once(child, 'close') as Promise<[number | null]>;
      await eventually(() => expect(logOf(folder, 'Clean')).toContain('begun'));
      expect(containersOf(engine)).toHaveLength(1);
      return { child, ended };
    };
    return { folder, env, run, begin };
  }

  const logOf = (folder: string, step: string): string => {
    const runs = join(folder, '.sagemaker-pipelines/runs');
    const [run] = existsSync(runs) ? readdirSync(runs) : [];
    const log = join(runs, run ?? '', 'steps', step, 'stdout');
    return existsSync(log) ? readFileSync(log, 'utf8') : '';
  };

  const gone = () => eventually(() => expect(containersOf(engine)).toEqual([]));

  test.each([
    [1, '1,2,6.0\n3,4,14.0\n'],
    [2, '1,2,12.0\n3,4,28.0\n'],
  ])('prepares, trains, and predicts with %i containers behind each other', async (containers, predictions) => {
    const { folder, run } = project({ containers });
    const { exitCode, stderr } = await run();
    expect({ exitCode, errors: stderr.match(/error.*/g) }).toEqual({ exitCode: 0, errors: null });
    expect(readFileSync(join(folder, '.sagemaker-pipelines/store/b/predictions/a.csv.out'), 'utf8')).toBe(predictions);
    expect(logOf(folder, 'Clean')).toBe("words ['--label', 'two words'] greeting hello $HOME\nstore 200\n");
    expect(logOf(folder, 'Train')).toBe("channels ['train']\n");
    await gone();
  });

  test('ends with the words in which a job says why it failed', async () => {
    const { exitCode, stderr } = await project({ factor: '' }).run();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error[step-failed]  Train failed: its program exited with 1: no factor was given');
    await gone();
  });

  test('ends a job whose time is over', async () => {
    const { exitCode, stderr } = await project({ seconds: 2 }, SLEEP_PY).run();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Clean failed: the job ran longer than 2 s: MaxRuntimeExceeded');
    await gone();
  });

  test('without the image ends with the words of the engine', async () => {
    const { exitCode, stderr } = await project({ image: 'localhost:9/none:1' }).run();
    expect(exitCode).toBe(5);
    expect(stderr).toContain('error[docker-refused]  Docker did not run the image localhost:9/none:1\n');
    expect(stderr).toMatch(/\n {2}docker: .*localhost:9.*\n {2}fix: for an image in ECR, log in first/);
  });

  test('that is interrupted leaves no container', async () => {
    const { begin } = project({}, SLEEP_PY);
    const { child, ended } = await begin();
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(130);
    await gone();
  });

  test('that is killed leaves no container, and goes on where it was', async () => {
    const { folder, begin, run } = project({}, SLEEP_PY);
    const { child, ended } = await begin();
    child.kill('SIGKILL');
    await ended;
    await gone();
    writeFileSync(join(folder, 'code/clean.py'), CLEAN_PY);
    expect((await run()).exitCode).toBe(0);
  });

  test.skipIf(process.getuid?.() !== 0)('leaves files that belong to who started it, whoever wrote them', async () => {
    const { folder, env } = project({});
    await runCommand('chown', ['-R', '65534:65534', join(folder, '..')]);
    const words = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath];
    const { exitCode } = await runCommand('setpriv', [...words, programOf('sagemaker-pipelines'), ...WORDS], {
      cwd: folder,
      env,
    });
    expect(exitCode).toBe(0);
    const strangers = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (path) => lstatSync(join(folder, path)).uid !== 65534,
    );
    expect(strangers).toEqual([]);
  });
});
