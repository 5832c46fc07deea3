import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Json } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { type FunctionHandler, functionFor, functionName } from '../handlers.ts';
import { NOBODY } from '../registry.ts';
import { writeJson } from '../run-folder.ts';
import { outputsIn } from './answer.ts';
import { runProgram } from './program.ts';
import { textAt } from './read.ts';
import type { StepKind } from './step.ts';

// https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-lambda: a step waits two
// minutes, or as long as the function may take, which is at most ten.
const SECONDS = 120;
const MOST_SECONDS = 600;

const IN_PYTHON = `import importlib.util, json, os, sys, time, traceback
file, name, given, answer, limit = sys.argv[1:6]
sys.path.insert(0, os.path.dirname(os.path.abspath(file)))
class Context:
    function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    function_version = "$LATEST"
    invoked_function_arn = os.environ["SAGEMAKER_FUNCTION_ARN"]
    memory_limit_in_mb = "128"
    aws_request_id = os.environ["SAGEMAKER_REQUEST_ID"]
    log_group_name = "/aws/lambda/" + function_name
    log_stream_name = "local"
    identity = client_context = None
    def get_remaining_time_in_millis(self, end=time.monotonic() + float(limit)):
        return max(0, int((end - time.monotonic()) * 1000))
try:
    spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(file))[0], file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    with open(given) as stream:
        event = json.load(stream)
    result = {"answer": getattr(module, name)(event, Context())}
    text = json.dumps(result)
except BaseException as error:
    traceback.print_exc()
    text = json.dumps({"error": "%s: %s" % (type(error).__name__, error)})
with open(answer, "w") as stream:
    stream.write(text)
`;

const IN_NODE = `import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
const [file, name, given, answer, limit] = process.argv.slice(1);
const end = Date.now() + Number(limit) * 1000;
const context = {
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME, functionVersion: '$LATEST',
  invokedFunctionArn: process.env.SAGEMAKER_FUNCTION_ARN, memoryLimitInMB: '128',
  awsRequestId: process.env.SAGEMAKER_REQUEST_ID, logGroupName: '/aws/lambda/' + process.env.AWS_LAMBDA_FUNCTION_NAME,
  logStreamName: 'local', getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
};
let result;
try {
  const module = await import(pathToFileURL(file).href);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler !== 'function') throw new TypeError(file + ' exports no function ' + name);
  const event = JSON.parse(readFileSync(given, 'utf8'));
  result = { answer: (await new Promise((resolve, reject) => {
    const called = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)));
    if (handler.length < 3 || called !== undefined) resolve(called);
  })) ?? null };
} catch (error) {
  console.error(error);
  result = { error: (error?.name ?? 'Error') + ': ' + (error?.message ?? error) };
}
writeFileSync(answer, JSON.stringify(result));
process.exit(0);
`;

/** A Lambda step: a file of this machine is called in the place of the function. */
export const lambda: StepKind = {
  inspect: ({ step, beside, handlers, report }) => {
    const arn = textAt(beside, 'FunctionArn');
    if (arn === undefined) return;
    const handler = functionFor(handlers, step.Name, arn);
    const name = functionName(arn);
    if (handler === undefined) {
      report('error', 'no-function', `${step.Name} calls the function ${name}, which is in AWS Lambda alone`, {
        below: 'FunctionArn',
        fix: `name a file that stands for it: --function ${name}=./handler.py:lambda_handler`,
      });
    } else if (!existsSync(handler.file) || languageOf(handler) === undefined) {
      report('error', 'no-function', `${handler.file} cannot stand for the function ${name}`, {
        below: 'FunctionArn',
        detail: existsSync(handler.file) ? 'it is neither Python nor JavaScript' : 'there is no such file',
      });
    }
  },
  run: async (work) => {
    const { step, beside, given, folder, handlers, job } = work;
    const arn = textAt(beside, 'FunctionArn') ?? '';
    const name = functionName(arn);
    const handler = functionFor(handlers, step.Name, arn);
    if (handler === undefined) throw new PipelineError('failed', 'no-function', `nothing stands for ${name} here`);
    const [file, answer] = [join(folder, 'event.json'), join(folder, 'answer.json')];
    writeJson(file, given);
    const seconds = Math.min(handler.seconds ?? SECONDS, MOST_SECONDS);
    const isPython = languageOf(handler) === 'python';
    const words = [handler.file, handler.handler ?? (isPython ? 'lambda_handler' : 'handler'), file, answer];
    const start = isPython ? ['python3', '-c', IN_PYTHON] : ['node', '--input-type=module', '-e', IN_NODE, '--'];
    const what = `the function ${name}`;
    await runProgram(work, {
      command: [...start, ...words, String(seconds)],
      cwd: dirname(handler.file),
      environment: {
        AWS_LAMBDA_FUNCTION_NAME: name,
        LAMBDA_TASK_ROOT: dirname(handler.file),
        _HANDLER: `${basename(handler.file, extname(handler.file))}.${words[1]}`,
        SAGEMAKER_FUNCTION_ARN: arn.startsWith('arn:')
          ? arn
          : `arn:aws:lambda:${work.region}:${NOBODY}:function:${name}`,
        SAGEMAKER_REQUEST_ID: job,
      },
      seconds,
      what,
    });
    const result = answerIn(answer, what);
    if (typeof result['error'] === 'string') {
      throw new PipelineError('failed', 'function-failed', `${what} failed`, { detail: result['error'] });
    }
    const outputs = outputsIn(result['answer'], beside, what);
    return { properties: { FunctionArn: arn, OutputParameters: outputs }, outputs: [], facts: outputs };
  },
};

function languageOf({ file }: FunctionHandler): 'python' | 'node' | undefined {
  if (extname(file) === '.py') return 'python';
  return ['.js', '.mjs', '.cjs'].includes(extname(file)) ? 'node' : undefined;
}

function answerIn(file: string, what: string): Readonly<Record<string, Json>> {
  if (!existsSync(file)) throw new PipelineError('failed', 'function-failed', `${what} ended without an answer`);
  return JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Json>>;
}
