import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { emit, isPipeline } from 'sagemaker-pipelines';
import { toMermaid } from '../../src/emit/mermaid.ts';

const PIPELINES = fileURLToPath(new URL('../../pipelines', import.meta.url));
const [BEGIN, END] = [
  '<!-- graph: `npx vitest run test/emit/readme-graphs.test.ts -u` writes it -->',
  '<!-- /graph -->',
];

const shipped = readdirSync(PIPELINES, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** A README with the graph between its two comments; one without them gets it before the first table, listing or section. */
function withGraph(readme: string, graph: string): string {
  const block = `${BEGIN}\n\n\`\`\`mermaid\n${graph}\`\`\`\n\n${END}`;
  const [begin, end] = [readme.indexOf('<!-- graph'), readme.indexOf(END)];
  if (begin >= 0 && end > begin) return readme.slice(0, begin) + block + readme.slice(end + END.length);
  const place = /^(?:\||```|## )/m.exec(readme)?.index ?? readme.length;
  return `${readme.slice(0, place).trimEnd()}\n\n${block}\n\n${readme.slice(place)}`.trimEnd() + '\n';
}

test.each(shipped)('the README of $name shows the graph that the pipeline has now', async ({ name }) => {
  const module = (await import(pathToFileURL(join(PIPELINES, name, 'pipeline.ts')).href)) as { default: unknown };
  const { default: pipeline } = module;
  if (!isPipeline(pipeline)) throw new Error(`pipelines/${name}/pipeline.ts exports no pipeline`);
  const file = join(PIPELINES, name, 'README.md');
  const graph = toMermaid(emit(pipeline, { region: 'us-east-1' }).definition);
  await expect(withGraph(readFileSync(file, 'utf8'), graph)).toMatchFileSnapshot(file);
});
