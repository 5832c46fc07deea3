import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Json, StepDocument } from '../../../../src/definition/document.ts';
import type { FunctionHandler } from '../../../../src/run/local/handlers.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { type Ran, bench, documentOf, get, shellStep } from '../run-document.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:double';

function lambdaStep(outputs: Readonly<Record<string, string>>, given: Record<string, Json> = { n: 21 }): StepDocument {
  const declared = Object.entries(outputs).map(([OutputName, OutputType]) => ({ OutputName, OutputType }));
  const beside = { FunctionArn: ARN, OutputParameters: declared };
  return { Name: 'Call', Type: 'Lambda', Arguments: given, ...beside };
}

function written(name: string, text: string): FunctionHandler {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return { file };
}

async function called(handler: FunctionHandler, step: StepDocument, ...more: StepDocument[]): Promise<Ran> {
  const settings = { handlers: { functions: { double: handler }, callbacks: {} } };
  return await bench().run(documentOf([step, ...more]), { settings });
}

const factsOf = ({ events }: Ran) => events.find((event) => event.type === 'step-ended' && event.step === 'Call');

describe('a Lambda step', () => {
  test.each<[string, [string, string]]>([
    [
      'Python',
      [
        'double.py',
        'import sys\ndef lambda_handler(event, context):\n    print(context.function_name)\n    return {"twice": event["n"] * 2, "text": "a", "is": True, "rest": context.get_remaining_time_in_millis() > 0}\n',
      ],
    ],
    [
      'JavaScript',
      [
        'double.mjs',
        'export const handler = async ({ n }, context) => { console.log(context.functionName); return { twice: n * 2, text: "a", is: true, rest: context.getRemainingTimeInMillis() > 0 }; };',
      ],
    ],
  ])('calls a function in %s, whose answer the next step reads', async (_, [name, text]) => {
    const step = lambdaStep({ twice: 'Integer', text: 'String', is: 'Boolean' });
    const use = shellStep('Use', { script: 'echo "got $1"', words: [get("Steps.Call.OutputParameters['twice']")] });
    const ran = await called(written(name, text), step, use);
    expect(ran.reasons).toEqual({ Call: undefined, Use: undefined });
    expect(factsOf(ran)).toMatchObject({ facts: { twice: 42, text: 'a', is: true } });
    const lines = ran.events.flatMap((event) => (event.type === 'log' ? [event.line] : []));
    expect(lines).toEqual(['double', 'got 42']);
  });

  test.each<[string, string, Record<string, string>, string | RegExp]>([
    [
      'raises',
      'def lambda_handler(e, c):\n    raise ValueError("no")',
      {},
      'the function double failed: ValueError: no',
    ],
    ['has no handler', 'x = 1', {}, /^the function double failed: AttributeError: /],
    [
      'leaves an output out',
      'def lambda_handler(e, c):\n    return {"other": 1}',
      { twice: 'Integer' },
      'the function double gave back no twice: it gave back: other',
    ],
    [
      'answers with another type',
      'def lambda_handler(e, c):\n    return {"twice": "many"}',
      { twice: 'Integer' },
      'the function double gave back as twice no Integer: it gave back: "many"',
    ],
    [
      'answers with what every object has for a truth value',
      'def lambda_handler(e, c):\n    return {"is": "constructor"}',
      { is: 'Boolean' },
      'the function double gave back as is no Boolean: it gave back: "constructor"',
    ],
    [
      'ends its process',
      'import os\ndef lambda_handler(e, c):\n    os._exit(3)',
      {},
      'the function double exited with 3',
    ],
  ])('fails when its function %s', async (_, text, outputs, reason) => {
    const ran = await called(written('f.py', text), lambdaStep(outputs));
    expect(ran.reasons['Call']).toMatch(reason);
  });

  test('ends a function that takes too long', async () => {
    const slow = written('f.py', 'import time\ndef lambda_handler(e, c):\n    time.sleep(60)\n');
    const ran = await called({ ...slow, seconds: 0.5 }, lambdaStep({}));
    expect(ran.reasons['Call']).toBe('the function double took longer than 0.5 s');
  });

  test('is refused before the run where nothing stands for the function', async () => {
    await expect(bench().run(documentOf([lambdaStep({})]))).rejects.toMatchObject({
      diagnostics: [
        { code: 'no-function', fix: 'name a file that stands for it: --function double=./handler.py:lambda_handler' },
      ],
    });
  });

  test('that is sent something else is called again, whatever that is called', async () => {
    const { run } = bench();
    const handler = written('f.py', 'def lambda_handler(e, c):\n    return {"twice": 2}\n');
    const settings = { handlers: { functions: { Call: handler }, callbacks: {} } };
    const states = [];
    for (const Tags of ['a', 'a', 'b']) {
      const step = { ...lambdaStep({ twice: 'Integer' }, { Tags }), CacheConfig: { Enabled: true } };
      states.push((await run(documentOf([step]), { settings })).states['Call']);
    }
    expect(states).toEqual(['succeeded', 'cached', 'succeeded']);
  });

  test('whose function has another text is called again, and with the same text is not', async () => {
    const { run } = bench();
    const cached = { ...lambdaStep({ twice: 'Integer' }), CacheConfig: { Enabled: true } };
    const handler = written('f.py', 'def lambda_handler(e, c):\n    return {"twice": 2 * e["n"]}\n');
    const settings = { handlers: { functions: { Call: handler }, callbacks: {} } };
    const states = [];
    for (const change of ['', '', '# changed\n']) {
      writeFileSync(handler.file, `${change}def lambda_handler(e, c):\n    return {"twice": 2 * e["n"]}\n`);
      states.push((await run(documentOf([cached]), { settings })).states['Call']);
    }
    expect(states).toEqual(['succeeded', 'cached', 'succeeded']);
  });
});

describe('a Callback step', () => {
  const step = {
    Name: 'Ask',
    Type: 'Callback',
    Arguments: { question: get('Execution.PipelineName') },
    SqsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/questions',
    OutputParameters: [{ OutputName: 'answer', OutputType: 'String' }],
  } as StepDocument;
  const answering = (script: string, seconds?: number) => ({
    handlers: { functions: {}, callbacks: { questions: { command: ['python3', '-c', script], seconds } } },
  });

  test('hands a message to a command, and on what it answers', async () => {
    const script = `import json, sys
message = json.load(open(sys.argv[1]))
print("thinking", file=sys.stderr)
print(json.dumps({"answer": message["arguments"]["question"] + " " + str(len(message["token"])) + " " + message["status"]}))`;
    const ran = await bench().run(documentOf([step]), { settings: answering(script) });
    expect(ran.reasons).toEqual({ Ask: undefined });
    expect(ran.events.find((event) => event.type === 'step-ended')).toMatchObject({
      facts: { answer: 'tested 10 Executing' },
    });
  });

  test('takes an answer as the service takes it', async () => {
    const script = 'print(\'{"OutputParameters": [{"Name": "answer", "Value": "yes"}]}\')';
    const ran = await bench().run(documentOf([step]), { settings: answering(script) });
    expect(ran.events.find((event) => event.type === 'step-ended')).toMatchObject({ facts: { answer: 'yes' } });
  });

  test('fails when nobody answers in time, or the one who does ends badly', async () => {
    const late = await bench().run(documentOf([step]), { settings: answering('import time; time.sleep(60)', 0.3) });
    expect(late.reasons['Ask']).toBe('the command python3 took longer than 0.3 s');
    const bad = await bench().run(documentOf([step]), { settings: answering('raise SystemExit(2)') });
    expect(bad.reasons['Ask']).toBe('the command python3 exited with 2');
  });

  test('is refused before the run where nobody answers', async () => {
    await expect(bench().run(documentOf([step]))).rejects.toMatchObject({
      diagnostics: [{ code: 'no-callback', path: 'Steps[0].SqsQueueUrl' }],
    });
  });
});
