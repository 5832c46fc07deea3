import { escapeKey } from './path.ts';

/** One part of a property's path: `.ModelArtifacts`, `[0]` or `['train']`. */
export type Segment = { readonly member: string } | { readonly index: number } | { readonly key: string };

/** What the text of a `Get` refers to. */
export type Reference =
  | { readonly root: 'Parameters'; readonly name: string }
  | { readonly root: 'Execution'; readonly variable: string }
  | { readonly root: 'PipelineExperimentConfig'; readonly member: string }
  | { readonly root: 'Steps'; readonly step: string; readonly path: readonly Segment[] }
  | { readonly root: 'unknown'; readonly text: string };

/** What an execution knows of itself. https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-variables.html */
export const EXECUTION_VARIABLES: readonly string[] = [
  'StartDateTime',
  'CurrentDateTime',
  'PipelineName',
  'PipelineArn',
  'PipelineExecutionId',
  'PipelineExecutionArn',
  'TrainingJobName',
  'ProcessingJobName',
];

// Ten times what the longest names and keys of AWS come to.
const LONGEST = 20_000;

/** Reads the text of a `Get`; text that is no reference at all comes back as `unknown`, never as an error. */
export function parseReference(text: string): Reference {
  const dot = text.indexOf('.');
  const rest = text.slice(dot + 1);
  const unknown: Reference = { root: 'unknown', text };
  if (dot < 0 || rest === '' || text.length > LONGEST) return unknown;
  switch (text.slice(0, dot)) {
    case 'Parameters':
      return { root: 'Parameters', name: rest };
    case 'Execution':
      return { root: 'Execution', variable: rest };
    case 'PipelineExperimentConfig':
      return { root: 'PipelineExperimentConfig', member: rest };
    case 'Steps': {
      const step = /^[^.[\]]+/.exec(rest)?.[0];
      if (step === undefined) return unknown;
      const path = parseSegments(rest.slice(step.length));
      return path === undefined ? unknown : { root: 'Steps', step, path };
    }
    default:
      return unknown;
  }
}

/** The text of a reference to a step's property. */
export function formatStepReference(step: string, path: readonly Segment[]): string {
  return `Steps.${step}${path.map(formatSegment).join('')}`;
}

function formatSegment(segment: Segment): string {
  if ('member' in segment) return `.${segment.member}`;
  return 'index' in segment ? `[${segment.index}]` : `['${escapeKey(segment.key)}']`;
}

const MEMBER = /\.([^.[\]]+)/y;
const INDEX = /\[(\d+)\]/y;
// A quote inside a key may be escaped (as we write it) or bare (as the Python SDK does): the key ends at a quote before "]".
const KEY = /\[(['"])((?:\\.|(?!\1\])[^\\])*)\1\]/suy;

function parseSegments(text: string): Segment[] | undefined {
  const segments: Segment[] = [];
  for (let at = 0; at < text.length;) {
    const [member, index, key] = [MEMBER, INDEX, KEY].map((pattern) => {
      pattern.lastIndex = at;
      return pattern.exec(text);
    });
    if (member) segments.push({ member: member[1]! });
    else if (index) segments.push({ index: Number(index[1]) });
    else if (key) segments.push({ key: key[2]!.replace(/\\(.)/gsu, '$1') });
    else return undefined;
    at += (member ?? index ?? key)![0].length;
  }
  return segments;
}
