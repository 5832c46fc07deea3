import type { Assembly } from '../definition/assembly.ts';
import { type AccountValues, bind } from '../definition/bind.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
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
  readonly write: (assembly: Assembly, account: AccountValues) => Promise<Written> | Written;
}

/** Every form; what only one of them needs is loaded with it. */
export const FORMATS = {
  json: {
    fileName: 'pipelinedefinition.json',
    write: ({ definition }, account) => ({ text: toJson(bind(definition, account)), diagnostics: [] }),
  },
  'step-functions': {
    fileName: 'statemachine.asl.json',
    write: async ({ definition }, account) => {
      const { toStateMachine } = await import('../emit/step-functions/state-machine.ts');
      const { machine, diagnostics } = toStateMachine(bind(definition, account));
      return { text: `${JSON.stringify(machine, null, 2)}\n`, diagnostics };
    },
  },
  cloudformation: {
    fileName: 'template.json',
    write: async (assembly, account) => {
      const { templateText, toCloudFormation } = await import('../emit/cloudformation/template.ts');
      const { template, diagnostics } = toCloudFormation(assembly, account);
      return { text: templateText(template), diagnostics };
    },
  },
  'cloudformation-step-functions': {
    fileName: 'template.json',
    write: async (assembly, account) => {
      const { templateText, toStateMachineTemplate } = await import('../emit/cloudformation/template.ts');
      const { template, diagnostics } = toStateMachineTemplate(assembly, account);
      return { text: templateText(template), diagnostics };
    },
  },
  typescript: {
    // Not `pipeline.ts`: in the pipeline's own folder that is what it is emitted from.
    fileName: 'pipeline.emitted.ts',
    write: async ({ name, description, tags, parallelism, definition }, account) => {
      const { toTypeScript } = await import('../emit/typescript/pipeline.ts');
      const { text } = toTypeScript(bind(definition, account), { name, description, tags, parallelism });
      return { text, diagnostics: [] };
    },
  },
  mermaid: {
    fileName: 'pipeline.mmd',
    write: async ({ definition }) => {
      const { toMermaid } = await import('../emit/mermaid.ts');
      return { text: toMermaid(definition), diagnostics: [] };
    },
  },
  html: {
    fileName: 'pipeline.html',
    write: async ({ name, definition }, account) => {
      const { renderReport } = await import('../report/render-report.ts');
      return { text: renderReport({ name, document: bind(definition, account) }), diagnostics: [] };
    },
  },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof FORMATS;
