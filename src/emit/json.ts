import type { PipelineDocument } from '../definition/document.ts';

/** A document as the text of `pipelinedefinition.json`: the order of its members kept, two spaces deep, a newline at the end. */
export function toJson(document: PipelineDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
