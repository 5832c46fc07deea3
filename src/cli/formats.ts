import type { Assembly } from '../definition/assembly.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import type { PipelineDocument } from '../definition/document.ts';
import { toJson } from '../emit/json.ts';

/** A document in one of its forms. */
export interface Written {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** A form that a document can be written in. */
export interface Format {
  /** The file it goes into unless told. */
  readonly fileName: string;
  readonly write: (definition: PipelineDocument, assembly: Assembly) => Promise<Written> | Written;
}

/** Every form; what only one of them needs is loaded with it. */
export const FORMATS = {
  json: {
    fileName: 'pipelinedefinition.json',
    write: (definition) => ({ text: toJson(definition), diagnostics: [] }),
  },
  'step-functions': {
    fileName: 'statemachine.asl.json',
    write: async (definition) => {
      const { toStateMachine } = await import('../emit/step-functions/state-machine.ts');
      const { machine, diagnostics } = toStateMachine(definition);
      return { text: `${JSON.stringify(machine, null, 2)}\n`, diagnostics };
    },
  },
  typescript: {
    // Not `pipeline.ts`: in the pipeline's own folder that is what it is emitted from.
    fileName: 'pipeline.emitted.ts',
    write: async (definition, { name, description, tags, parallelism }) => {
      const { toTypeScript } = await import('../emit/typescript/pipeline.ts');
      const { text } = toTypeScript(definition, { name, description, tags, parallelism });
      return { text, diagnostics: [] };
    },
  },
  mermaid: {
    fileName: 'pipeline.mmd',
    write: async (definition) => {
      const { toMermaid } = await import('../emit/mermaid.ts');
      return { text: toMermaid(definition), diagnostics: [] };
    },
  },
  html: {
    fileName: 'pipeline.html',
    write: async (definition, { name }) => {
      const { renderReport } = await import('../report/render-report.ts');
      return { text: renderReport({ name, document: definition }), diagnostics: [] };
    },
  },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof FORMATS;
