// What a module cannot call a constant of its own: the language's words, and names that would hide a global.
const TAKEN =
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
  'finally for function if implements import in instanceof interface let new null package private protected public ' +
  'return static super switch this throw true try typeof undefined var void while with yield ' +
  'Array Boolean Date Error Infinity JSON Math NaN Number Object Promise Proxy Reflect String Symbol global globalThis ' +
  'module process require exports __dirname __filename console async of type as satisfies ' +
  // What this library exports and an imported pipeline may use.
  'definePipeline environment execution join jsonGet not or outputUri parameter step unsafe when';

/** Gives every constant of a module a name of its own. */
export interface Names {
  /** A role's, shared by several steps. */
  ofRole(): string;
  /** A parameter's: as it is called in the document, where that is an identifier. */
  ofParameter(name: string): string;
  /** A step's, in lower camel case. */
  ofStep(name: string): string;
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
    ofParameter: (name) => choose(/^[A-Za-z_$][\w$]*$/.test(name) ? name : camelCase(name, 'parameter'), 'Parameter'),
    ofStep: (name) => choose(camelCase(name, 'step'), 'Step'),
  };
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
