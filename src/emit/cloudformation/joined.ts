import { ARTIFACT_BUCKET, EXECUTION_ROLE_ARN, bind } from '../../definition/bind.ts';
import type { Json, PipelineDocument } from '../../definition/document.ts';

/** A document whose open account values are marks in its texts, to be cut out again for CloudFormation's references. */
export interface Marked {
  readonly document: PipelineDocument;
  readonly bucket: Mark;
  readonly role: Mark;
  /** What stands for the pipeline's name where ARNs are made of texts; the document keeps its expression. */
  readonly name: string;
}

/** A text that stands for a value which only the account knows. */
export interface Mark {
  readonly text: string;
  /** Whether the document asks for it. */
  readonly isUsed: boolean;
}

/** Puts marks where a document asks for the artefact bucket and for the role. */
export function markAccountValues(document: PipelineDocument): Marked {
  const text = JSON.stringify(document);
  const bucket = markOf(ARTIFACT_BUCKET, text);
  const role = markOf(EXECUTION_ROLE_ARN, text);
  const marked = bind(document, { bucket, roleArn: role });
  const written = JSON.stringify(marked);
  return {
    document: marked,
    bucket: { text: bucket, isUsed: written.includes(bucket) },
    role: { text: role, isUsed: written.includes(role) },
    name: markOf('PipelineName', text),
  };
}

// Neither JSON nor the States Language has anything to escape in it.
function markOf(name: string, text: string): string {
  let mark = `<${name}>`;
  while (text.includes(mark)) mark = `<${mark}>`;
  return mark;
}

/**
 * A text of JSON with a value of CloudFormation in the place of each mark. What an author wrote of `{{resolve:…}}` and `${…}`
 * is text to CloudFormation too, as JSON writes a brace by its number: the one would be resolved, the other is linted.
 */
export function joinedText(text: string, values: ReadonlyMap<string, Json>): Json {
  let pieces: Json[] = [text.replaceAll(/(?<=\{)\{(?=resolve:)|(?<=\$)\{/g, String.raw`\u007b`)];
  for (const [mark, value] of values) {
    pieces = pieces.flatMap((piece) => {
      if (typeof piece !== 'string') return [piece];
      return piece.split(mark).flatMap((part, index) => (index === 0 ? [part] : [value, part]));
    });
  }
  const full = pieces.filter((piece) => piece !== '');
  return full.length === 1 && typeof full[0] === 'string' ? full[0] : { 'Fn::Join': ['', full] };
}

/** A text for `Fn::Sub`, in which only our own references are references. */
export function plain(text: string): string {
  return text.replaceAll('${', '${!');
}
