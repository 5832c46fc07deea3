const numbersOf = (version: string): readonly number[] => (version.match(/\d+/g) ?? []).map(Number);

/** Orders versions by their numbers, older first: `1.9.1`, `1.10.0`; `0.90-1`, `1.0-1`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const at = firstDifference(left, right);
  return (left[at] ?? -1) - (right[at] ?? -1);
}

/**
 * The known versions, nearest to the wanted one first. One that shares the leading numbers is nearer than one that does
 * not; of two at the same distance the newer is, so that a text without numbers has the newest first.
 */
export function versionsByNearness(wanted: string, known: Iterable<string>): readonly string[] {
  const target = numbersOf(wanted);
  const ranked = [...new Set(known)].map((version) => {
    const numbers = numbersOf(version);
    const shared = firstDifference(target, numbers);
    const distance = target.length === 0 ? 0 : Math.abs((target[shared] ?? 0) - (numbers[shared] ?? 0));
    return { version, shared, distance };
  });
  return ranked
    .toSorted((a, b) => b.shared - a.shared || a.distance - b.distance || compareVersions(b.version, a.version))
    .map(({ version }) => version);
}

function firstDifference(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at === -1 ? a.length : at;
}
