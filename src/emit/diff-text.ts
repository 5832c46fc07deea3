import type { Json, JsonObject } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import type { Change } from './diff.ts';

const SIGNS = { added: '+', removed: '-', changed: '~', moved: '>' } as const;

/** What a line may take before its two values go to lines of their own. */
const WIDTH = 120;
/** What is shown of a value. */
const LONGEST = 120;

/** Changes as text for people: a heading a step, a line a change, or three where two long values are easier to compare so. */
export function diffText(changes: readonly Change[]): string {
  const groups = new Map<string | undefined, Change[]>();
  for (const change of changes) {
    const group = groups.get(change.step);
    if (group === undefined) groups.set(change.step, [change]);
    else group.push(change);
  }
  const sections = [...groups].map(([step, group]) => {
    const whole = group.find(({ path, kind }) => step !== undefined && path === '' && kind !== 'moved');
    if (whole !== undefined) return `${SIGNS[whole.kind]} step ${nameText(step!)}${typeOf(whole)}\n`;
    return `${step === undefined ? '  pipeline' : `~ step ${nameText(step)}`}\n${group.map(changeLines).join('')}`;
  });
  return sections.join('');
}

/** A change on one line. */
export function changeText(change: Change): string {
  const { kind, path, before, after } = change;
  const place = `${SIGNS[kind]} ${visible(path)}`;
  if (kind === 'moved') return `${place}${path === '' ? 'moved' : ''}: ${listed(before)} → ${listed(after)}`;
  if (kind !== 'changed') return `${place}: ${cut(valueText(kind === 'added' ? after! : before!), 0)}`;
  const [old, fresh] = bothTexts(before!, after!);
  return `${place}: ${old} → ${fresh}`;
}

function changeLines(change: Change): string {
  const line = `  ${changeText(change)}`;
  if (change.kind !== 'changed' || line.length <= WIDTH) return `${line}\n`;
  const [old, fresh] = bothTexts(change.before!, change.after!);
  return `  ${SIGNS.changed} ${visible(change.path)}:\n      - ${old}\n      + ${fresh}\n`;
}

/** Two values as far as they differ: of long ones what stands around the first difference. */
function bothTexts(before: Json, after: Json): readonly [string, string] {
  let [old, fresh] = [valueText(before), valueText(after)];
  // Two joins may read the same and be put together of other pieces.
  if (old === fresh) [old, fresh] = [visible(JSON.stringify(before)), visible(JSON.stringify(after))];
  let same = 0;
  while (same < old.length && old[same] === fresh[same]) same++;
  return [cut(old, same), cut(fresh, same)];
}

function cut(text: string, same: number): string {
  if (text.length <= LONGEST) return text;
  // So much before the difference that its place can be told.
  const start = same <= LONGEST / 2 ? 0 : Math.min(same - LONGEST / 3, text.length - LONGEST);
  const shown = text.slice(start, start + LONGEST);
  return `${start > 0 ? '…' : ''}${shown}${start + LONGEST < text.length ? '…' : ''}`;
}

/** A value as JSON, but expressions as they are read: `Parameters.Rows`, `` `s3://${Parameters.Bucket}/x` ``. */
function valueText(value: Json): string {
  if (isExpression(value)) return expressionText(value) ?? visible(JSON.stringify(value));
  if (Array.isArray(value)) return `[${value.map((element: Json) => valueText(element)).join(', ')}]`;
  if (!isObject(value)) return visible(JSON.stringify(value));
  const members = Object.entries(value).map(([key, member]) => `${visible(JSON.stringify(key))}: ${valueText(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function expressionText({ Get: get, 'Std:Join': join, 'Std:JsonGet': jsonGet }: JsonObject): string | undefined {
  if (typeof get === 'string') return visible(get);
  if (isObject(join)) {
    const { On: separator, Values: values } = join;
    if (Object.keys(join).length !== 2 || typeof separator !== 'string' || !Array.isArray(values)) return undefined;
    const pieces = (values as readonly Json[]).map((piece) =>
      isExpression(piece) ? `\${${valueText(piece)}}` : literalText(piece),
    );
    return `\`${pieces.join(literalText(separator))}\``;
  }
  if (!isObject(jsonGet) || Object.keys(jsonGet).length !== 2) return undefined;
  const { PropertyFile: file, S3Uri: uri, Path: path } = jsonGet;
  const source = file ?? uri;
  return source === undefined || path === undefined ? undefined : `jsonGet(${valueText(source)}, ${valueText(path)})`;
}

/** A known piece of a join, in which nothing reads like an expression. */
function literalText(piece: Json): string {
  const text = typeof piece === 'string' ? piece : JSON.stringify(piece);
  return visible(text.replaceAll('`', '\\`').replaceAll('${', '\\${'));
}

function typeOf({ before, after }: Change): string {
  const step = after ?? before;
  return isObject(step) && typeof step['Type'] === 'string' ? ` (${visible(step['Type'])})` : '';
}

function listed(value: Json | undefined): string {
  if (!Array.isArray(value)) return typeof value === 'string' ? visible(value) : '';
  return cut(value.map((name: Json) => (typeof name === 'string' ? nameText(name) : valueText(name))).join(', '), 0);
}

/** A name as it is, or between quotes where one could not see where it begins and ends. */
function nameText(name: string): string {
  return name === '' || name.trim() !== name || visible(name) !== name ? visible(JSON.stringify(name)) : name;
}

/** Text that can neither move the cursor nor turn what stands behind it around: whatever does is written as its number. */
function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (letter) => {
    return `\\u${letter.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
}
