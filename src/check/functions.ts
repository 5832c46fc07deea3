import type { Json, JsonObject } from '../definition/document.ts';
import { isExpression, isObject } from '../definition/expression.ts';
import { type Path, child } from '../definition/path.ts';
import { kindOf, show } from './describe.ts';
import { isIntrinsic } from './intrinsic.ts';
import { unknownMember } from './members.ts';
import { type Fault, type ExpressionRule, error, warning } from './rule.ts';

/** The insides of `Get`, `Std:Join` and `Std:JsonGet`. */
export const functions: ExpressionRule = {
  on: 'expression',
  *check({ expression, path }): Generator<Fault> {
    const { Get: text, 'Std:Join': join, 'Std:JsonGet': jsonGet } = expression as JsonObject;
    if (text !== undefined && typeof text !== 'string') {
      yield error('malformed-expression', child(path, 'Get'), `Get takes a text, this is ${kindOf(text)}`);
    }
    if (join !== undefined) yield* joinFaults(join, child(path, 'Std:Join'));
    if (jsonGet !== undefined) yield* jsonGetFaults(jsonGet, child(path, 'Std:JsonGet'));
  },
};

function* joinFaults(join: Json, path: Path): Generator<Fault> {
  if (!isObject(join)) {
    yield error('malformed-expression', path, `Std:Join takes an object of On and Values, this is ${kindOf(join)}`);
    return;
  }
  const { On: on, Values: values } = join;
  // Without On the texts stand side by side; some writers leave it out.
  if (on !== undefined && typeof on !== 'string') {
    yield error('malformed-expression', child(path, 'On'), `On of Std:Join must be a text, this is ${kindOf(on)}`);
  }
  for (const name of Object.keys(join)) {
    if (name !== 'On' && name !== 'Values') yield unknownMember('Std:Join', name, child(path, name), ['On', 'Values']);
  }
  if (!Array.isArray(values)) {
    const found = values === undefined ? 'it is missing' : `this is ${kindOf(values)}`;
    yield error('malformed-expression', child(path, 'Values'), `Values of Std:Join must be a list; ${found}`);
    return;
  }
  for (const [index, value] of (values as Json[]).entries()) {
    if ((typeof value !== 'object' && value !== null) || isExpression(value) || isIntrinsic(value)) continue;
    const message = `Std:Join puts texts, numbers and expressions together, this is ${kindOf(value)}`;
    yield error('malformed-expression', child(child(path, 'Values'), index), message);
  }
}

const JSON_GET = ['PropertyFile', 'S3Uri', 'Path'];

function* jsonGetFaults(jsonGet: Json, path: Path): Generator<Fault> {
  if (!isObject(jsonGet)) {
    yield error('malformed-expression', path, `Std:JsonGet takes an object, this is ${kindOf(jsonGet)}`);
    return;
  }
  const { PropertyFile: file, S3Uri: uri, Path: inside } = jsonGet;
  for (const name of Object.keys(jsonGet)) {
    if (!JSON_GET.includes(name)) yield unknownMember('Std:JsonGet', name, child(path, name), JSON_GET);
  }
  if ((file === undefined) === (uri === undefined)) {
    const found = file === undefined ? 'it has neither' : 'it has both';
    yield error('malformed-expression', path, `Std:JsonGet reads one of PropertyFile and S3Uri; ${found}`);
  }
  if (file !== undefined && !(isExpression(file) && typeof file['Get'] === 'string')) {
    const message = `PropertyFile of Std:JsonGet must be {"Get": "Steps.NAME.PropertyFiles.FILE"}, this is ${show(file)}`;
    yield error('malformed-expression', child(path, 'PropertyFile'), message);
  }
  if (uri !== undefined && typeof uri !== 'string' && !isExpression(uri) && !isIntrinsic(uri)) {
    yield error(
      'malformed-expression',
      child(path, 'S3Uri'),
      `S3Uri of Std:JsonGet must be an expression, this is ${kindOf(uri)}`,
    );
  }
  if (inside === undefined || inside === null) {
    const message = 'Std:JsonGet has no Path into the file';
    yield (inside === null ? warning : error)('malformed-expression', child(path, 'Path'), message);
  } else if (typeof inside !== 'string' && !isExpression(inside)) {
    yield error(
      'malformed-expression',
      child(path, 'Path'),
      `Path of Std:JsonGet must be a text, this is ${kindOf(inside)}`,
    );
  }
}
