import type { Json, JsonObject, StepDocument } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { type Path, child } from '../definition/path.ts';
import { parseReference } from '../definition/reference.ts';
import { didYouMean } from '../definition/suggest.ts';
import { kindOf, listed, show } from './describe.ts';
import { unknownMember } from './members.ts';
import { type Fault, type DocumentRule, type StepRule, type ExpressionRule, error, warning } from './rule.ts';

const MEMBERS = ['PropertyFileName', 'OutputName', 'FilePath'];
const NAME = /^[A-Za-z0-9\-_]{1,256}$/;

/** Declared property files: literal texts, and each in an output that the step has. */
export const propertyFiles: StepRule = {
  on: 'step',
  types: ['Processing'],
  member: 'PropertyFiles',
  *check({ step, path }): Generator<Fault> {
    const files = step.PropertyFiles as Json | undefined;
    if (files === undefined || files === null) return;
    const at = child(path, 'PropertyFiles');
    if (!Array.isArray(files)) {
      yield error('wrong-type', at, `PropertyFiles of step ${step.Name} must be a list, this is ${kindOf(files)}`);
      return;
    }
    for (const [index, file] of (files as Json[]).entries()) yield* fileFaults(step, file, child(at, index));
  },
};

function* fileFaults(step: StepDocument, file: Json, path: Path): Generator<Fault> {
  if (!isObject(file)) {
    yield error('wrong-type', path, `A property file of step ${step.Name} must be an object, this is ${kindOf(file)}`);
    return;
  }
  for (const name of Object.keys(file)) {
    if (!MEMBERS.includes(name)) yield unknownMember('A property file', name, child(path, name), MEMBERS);
  }
  for (const member of MEMBERS) {
    const value = file[member];
    const at = child(path, member);
    if (value === undefined || value === null) {
      yield error('missing-member', at, `${member} of a property file of step ${step.Name} is missing`);
    } else if (isExpression(value)) {
      yield error('misplaced-expression', at, `${member} of a property file is an expression; AWS takes only a text`);
    } else if (typeof value !== 'string') {
      yield error('wrong-type', at, `${member} of a property file must be a text, this is ${kindOf(value)}`);
    } else if (member === 'PropertyFileName' && !NAME.test(value)) {
      yield error('illegal-name', at, `${show(value)} cannot be the name of a property file`);
    }
  }
}

/** A property file lies in an output of its step. AWS looks when something reads the file. */
export const propertyFileOutputs: DocumentRule = {
  on: 'document',
  *check({ graph, read }): Generator<Fault> {
    for (const { step, path } of graph.steps.values()) {
      const files = step.PropertyFiles as Json | undefined;
      const outputs = outputNames(step);
      if (step.Type !== 'Processing' || !Array.isArray(files) || outputs === undefined) continue;
      for (const [index, file] of (files as Json[]).entries()) {
        const { PropertyFileName: name, OutputName: output } = isObject(file) ? file : {};
        if (typeof output !== 'string' || outputs.has(output)) continue;
        const at = child(child(child(path, 'PropertyFiles'), index), 'OutputName');
        const isRead = typeof name === 'string' && read.files.has(`${step.Name}.${name}`);
        const message = `A property file of ${step.Name} is in output ${show(output)}, which it does not have`;
        yield (isRead ? error : warning)('unknown-output', at, message, {
          detail: outputs.size === 0 ? `${step.Name} has no outputs` : `${step.Name} has: ${listed(outputs)}`,
          fix: didYouMean(output, outputs),
        });
      }
    }
  },
};

/** The step and the file that a `Std:JsonGet` reads. */
export function fileRead(expression: Json): { readonly step: string; readonly file: string } | undefined {
  const jsonGet = isObject(expression) ? expression['Std:JsonGet'] : undefined;
  return isObject(jsonGet) ? fileReference(jsonGet['PropertyFile']) : undefined;
}

/** The step and the file that `Steps.NAME.PropertyFiles.FILE` names. */
function fileReference(file: Json | undefined): { readonly step: string; readonly file: string } | undefined {
  const reference = isObject(file) && typeof file['Get'] === 'string' ? parseReference(file['Get']) : undefined;
  if (reference?.root !== 'Steps') return undefined;
  const [first, second, ...rest] = reference.path;
  if (first === undefined || !('member' in first) || first.member !== 'PropertyFiles' || rest.length > 0)
    return undefined;
  if (second === undefined || 'index' in second) return undefined;
  return { step: reference.step, file: 'member' in second ? second.member : second.key };
}

/** The outputs of a Processing step; undefined when not all of them can be seen. */
export function outputNames(step: StepDocument): ReadonlySet<string> | undefined {
  const config = isObject(step.Arguments) ? step.Arguments['ProcessingOutputConfig'] : undefined;
  if (config === undefined || config === null) return new Set();
  const outputs = isObject(config) ? config['Outputs'] : undefined;
  if (!Array.isArray(outputs)) return undefined;
  const names = (outputs as Json[]).map((output) => (isObject(output) ? output['OutputName'] : undefined));
  return names.every((name) => typeof name === 'string') ? new Set(names) : undefined;
}

/** A file that `Std:JsonGet` reads has to be declared by the step that writes it. */
export const declaredFiles: ExpressionRule = {
  on: 'expression',
  member: 'Std:JsonGet',
  *check({ expression, path }, _reader, { graph, shared }): Generator<Fault> {
    const jsonGet = (expression as JsonObject)['Std:JsonGet'];
    const file = isObject(jsonGet) ? jsonGet['PropertyFile'] : undefined;
    if (!isObject(file) || typeof file['Get'] !== 'string') return;
    const at = child(child(path, 'Std:JsonGet'), 'PropertyFile');
    if (parseReference(file['Get']).root === 'unknown') return;
    const reference = fileReference(file);
    if (reference === undefined) {
      yield error('malformed-expression', at, `${show(file['Get'])} names no property file`, {
        fix: 'Steps.NAME.PropertyFiles.FILE',
      });
      return;
    }
    const { file: name } = reference;
    const step = graph.steps.get(reference.step)?.step;
    if (step === undefined || shared.has(step.Name)) return;
    const declared = declaredBy(step);
    if (declared === undefined || declared.has(name)) return;
    yield error('unknown-property-file', at, `Property file ${show(name)} is not declared by step ${step.Name}`, {
      detail:
        step.Type !== 'Processing'
          ? `${step.Name} is a ${step.Type} step; only Processing steps have property files`
          : declared.size === 0
            ? `${step.Name} declares none`
            : `${step.Name} declares: ${listed(declared)}`,
      fix: didYouMean(name, declared) ?? `add it to the PropertyFiles of ${step.Name}`,
    });
  },
};

function declaredBy(step: StepDocument): ReadonlySet<string> | undefined {
  if (typeof step.Type !== 'string') return undefined;
  if (step.Type !== 'Processing') return new Set();
  const files = step.PropertyFiles as Json | undefined;
  if (files === undefined || files === null) return new Set();
  if (!Array.isArray(files)) return undefined;
  const names = (files as Json[]).map((file) => (isObject(file) ? file['PropertyFileName'] : undefined));
  return names.every((name) => typeof name === 'string') ? new Set(names) : undefined;
}
