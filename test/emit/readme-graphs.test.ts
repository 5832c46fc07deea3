import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emit } from 'sagemaker-pipelines';
import { toMermaid } from '../../src/emit/mermaid.ts';
import { shippedPipelines } from '../golden/shipped-pipelines.ts';

const [BEGIN, END] = [
  '<!-- graph: `npx vitest run test/emit/readme-graphs.test.ts -u` writes it -->',
  '<!-- /graph -->',
];

// The one that trains the model for a sample is told of in the README of the other.
const shipped = (await shippedPipelines()).filter(({ folder }) => existsSync(join(folder, 'README.md')));

/** A README with the graph between its two comments; one without them gets it before the first table, listing or section. */
function withGraph(readme: string, graph: string): string {
  const block = `${BEGIN}\n\n\`\`\`mermaid\n${graph}\`\`\`\n\n${END}`;
  const [begin, end] = [readme.indexOf('<!-- graph'), readme.indexOf(END)];
  if (begin >= 0 && end > begin) return readme.slice(0, begin) + block + readme.slice(end + END.length);
  const place = /^(?:\||```|## )/m.exec(readme)?.index ?? readme.length;
  return `${readme.slice(0, place).trimEnd()}\n\n${block}\n\n${readme.slice(place)}`.trimEnd() + '\n';
}

test.each(shipped)('the README of $name shows the graph that the pipeline has now', async ({ folder, pipeline }) => {
  const file = join(folder, 'README.md');
  const graph = toMermaid(emit(pipeline, { region: 'us-east-1' }).definition);
  await expect(withGraph(readFileSync(file, 'utf8'), graph)).toMatchFileSnapshot(file);
});
