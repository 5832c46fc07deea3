import type { Json, StepDocument } from '../../definition/document.ts';
import type { RunHappening } from '../../definition/events.ts';
import { readS3Uri } from '../../s3/uri.ts';
import { getText } from '../../s3/get.ts';
import { openS3 } from '../../s3/client.ts';
import type { Place } from '../place.ts';

/** What the property files of a step say, by their names, and which of them could not be read. */
interface Evaluations {
  readonly facts: Readonly<Record<string, Json>>;
  readonly unread: readonly string[];
}

type Ended = Extract<RunHappening, { type: 'step-ended' }>;

/** Reads the property files of a step that has ended: its evaluation, when it is one that evaluates. */
export async function readEvaluations(
  { PropertyFiles: files = [] }: StepDocument,
  { outputs }: Ended,
  { region, profile }: Place,
): Promise<Evaluations> {
  const facts = new Map<string, Json>();
  const unread: string[] = [];
  if (files.length === 0) return { facts: {}, unread };
  const s3 = await openS3({ region, profile });
  try {
    for (const { PropertyFileName: name, OutputName: output, FilePath: path } of files) {
      const folder = outputs.find(({ title }) => title === output)?.target;
      const at = folder === undefined ? undefined : readS3Uri(`${folder.replace(/\/$/, '')}/${path}`);
      if (at === undefined) continue;
      try {
        facts.set(name, JSON.parse(await getText(s3, at)) as Json);
      } catch (error) {
        // Whoever may start a machine need not be allowed to read what it writes.
        unread.push(`${name} could not be read: ${(error as Error).message}`);
      }
    }
  } finally {
    s3.destroy();
  }
  return { facts: Object.fromEntries(facts), unread };
}
