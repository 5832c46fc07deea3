// What a module cannot call a constant of its own: the language's words, and names that would hide a global.
const TAKEN =
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
  'finally for function if implements import in instanceof interface let new null package private protected public ' +
  'return static super switch this throw true try typeof undefined var void while with yield ' +
  'Array Boolean Date Error Infinity JSON Math NaN Number Object Promise Proxy Reflect String Symbol global globalThis ' +
  'module process require exports __dirname __filename console async of type as satisfies ' +
  // What this library exports and an imported pipeline may use.
  'batchTransform definePipeline environment execution huggingFace join jsonGet not or outputUri parameter pytorch ' +
  'sklearn step tensorflow unsafe when xgboost';

/** Gives every constant of a module a name of its own. */
export interface Names {
  /** A role's, shared by several steps. */
  ofRole(): string;
  /** An image's, by its family. */
  ofImage(family: string): string;
  /** A parameter's: as it is called in the document, where that is an identifier. */
  ofParameter(name: string): string;
  /** A step's, in lower camel case. */
  ofStep(step: { readonly Name: string; readonly Type: string }): string;
}

/** The names of a module that has no constants yet. */
export function freshNames(): Names {
  const taken = new Set(TAKEN.split(' '));
  const choose = (wanted: string, ending: string): string => {
    let name = wanted;
    if (taken.has(name)) name = wanted + ending;
    for (let count = 2; taken.has(name); count++) name = `${wanted}${ending}${count}`;
    taken.add(name);
    return name;
  };
  return {
    ofRole: () => choose('role', ''),
    ofImage: (family) => choose(`${camelCase(family, 'managed')}Image`, ''),
    ofParameter: (name) => choose(/^[A-Za-z_$][\w$]*$/.test(name) ? name : camelCase(name, 'parameter'), 'Parameter'),
    ofStep: (step) => choose(camelCase(ownName(step), 'step'), 'Step'),
  };
}

// What the Python SDK puts behind the name that its user gave to a step for models.
const ADDED: Readonly<Record<string, string>> = { Model: '-CreateModel', RegisterModel: '-RegisterModel' };

/** The name without what says once more what the step is: `CreateChurnModel-CreateModel` → `CreateChurnModel`. */
function ownName({ Name: name, Type: type }: { readonly Name: string; readonly Type: string }): string {
  const added = Object.hasOwn(ADDED, type) ? ADDED[type]! : undefined;
  if (added === undefined || !name.endsWith(added)) return name;
  const own = name.slice(0, -added.length);
  return /model|create|register/i.test(own) ? own : name;
}

/** `Train-XGBoost model` → `trainXGBoostModel`; letters that no identifier has are left out. */
function camelCase(name: string, otherwise: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const [first = otherwise, ...rest] = words;
  const joined = lowerStart(first) + rest.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return /^\d/.test(joined) ? `${otherwise}${joined}` : joined;
}

/** `PrepareData` → `prepareData`, `XGBoost` → `xgBoost`, `EMR` → `emr`. */
function lowerStart(word: string): string {
  const capitals = /^[A-Z]+/.exec(word)?.[0].length ?? 0;
  const lowered = capitals === word.length || capitals <= 1 ? capitals : capitals - 1;
  return word.slice(0, lowered).toLowerCase() + word.slice(lowered);
}
