import type { Json, JsonObject } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { isObject } from '../../../definition/expression.ts';
import { objectsAt, textAt } from './read.ts';

/** The outputs that a Lambda or Callback step declares, out of what it was answered; each of its type. */
export function outputsIn(answer: Json | undefined, beside: JsonObject, what: string): Record<string, Json> {
  const declared = objectsAt(beside, 'OutputParameters');
  if (declared.length === 0) return {};
  if (!isObject(answer)) throw bad(`${what} gave back no object`, `it gave back: ${shown(answer)}`);
  const outputs: Record<string, Json> = {};
  for (const each of declared) {
    const name = textAt(each, 'OutputName') ?? '';
    const type = textAt(each, 'OutputType') ?? 'String';
    const value = Object.hasOwn(answer, name) ? answer[name] : undefined;
    if (value === undefined || value === null) {
      throw bad(`${what} gave back no ${name}`, `it gave back: ${Object.keys(answer).join(', ') || 'nothing'}`);
    }
    const read = valueOf(value, type);
    if (read === undefined) throw bad(`${what} gave back as ${name} no ${type}`, `it gave back: ${shown(value)}`);
    outputs[name] = read;
  }
  return outputs;
}

function valueOf(value: Json, type: string): Json | undefined {
  if (typeof value === 'object') return undefined;
  if (type === 'String') return String(value);
  if (type === 'Boolean') {
    const word = String(value).toLowerCase();
    return word === 'true' || word === 'false' ? word === 'true' : undefined;
  }
  const number = typeof value === 'boolean' || String(value).trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) && (type === 'Float' || Number.isInteger(number)) ? number : undefined;
}

function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function bad(message: string, detail: string): PipelineError {
  return new PipelineError('failed', 'bad-answer', message, { detail });
}
