import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Json } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { isObject } from '../../../definition/expression.ts';
import { callbackFor } from '../handlers.ts';
import { writeJson } from '../run-folder.ts';
import { outputsIn } from './answer.ts';
import { runProgram } from './program.ts';
import { objectsAt, textAt } from './read.ts';
import type { StepKind } from './step.ts';

const TOKEN_LENGTH = 10;

/** A Callback step: a command of this machine gets the message that the queue would get, and answers on stdout. */
export const callback: StepKind = {
  inspect: ({ step, beside, handlers, report }) => {
    const queue = textAt(beside, 'SqsQueueUrl');
    if (queue === undefined || callbackFor(handlers, step.Name, queue) !== undefined) return;
    report('error', 'no-callback', `${step.Name} waits for an answer to a message in ${queue}`, {
      below: 'SqsQueueUrl',
      detail: 'there are no queues on this machine',
      fix: `name a command that answers: --callback '${step.Name}=python3 answer.py'`,
    });
  },
  run: async (work) => {
    const { step, beside, given, folder, handlers, job, pipelineExecution } = work;
    const queue = textAt(beside, 'SqsQueueUrl') ?? '';
    const handler = callbackFor(handlers, step.Name, queue);
    if (handler === undefined) throw new PipelineError('failed', 'no-callback', 'nobody answers here');
    const message = join(folder, 'message.json');
    const token = createHash('sha256').update(job).digest('hex').slice(0, TOKEN_LENGTH);
    // https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
    writeJson(message, { token, pipelineExecutionArn: pipelineExecution, arguments: given, status: 'Executing' });
    const what = `the command ${handler.command[0] ?? ''}`;
    const lines = await runProgram(work, {
      command: [...handler.command, message],
      cwd: work.cwd,
      environment: { SAGEMAKER_CALLBACK_MESSAGE: message, SAGEMAKER_CALLBACK_TOKEN: token },
      seconds: handler.seconds,
      what,
    });
    const outputs = outputsIn(answerIn(lines), beside, what);
    return { properties: { SqsQueueUrl: queue, OutputParameters: outputs }, outputs: [], facts: outputs };
  },
};

/** All of stdout, or its last line, as one object; the list that `SendPipelineExecutionStepSuccess` takes is one too. */
function answerIn(lines: readonly string[]): Json | undefined {
  for (const text of [lines.join('\n'), lines.findLast((line) => line.trim() !== '') ?? '']) {
    try {
      const value = JSON.parse(text) as Json;
      const list = isObject(value) && Array.isArray(value['OutputParameters']) ? value['OutputParameters'] : value;
      if (!Array.isArray(list)) return value;
      const named = objectsAt({ list }, 'list').map((each) => [textAt(each, 'Name') ?? '', each['Value'] ?? null]);
      return Object.fromEntries(named) as Json;
    } catch {
      // Perhaps only its last line is the answer.
    }
  }
  return undefined;
}
