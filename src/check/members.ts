import type { Path } from '../definition/path.ts';
import { didYouMean, nearest } from '../definition/suggest.ts';
import { listed } from './describe.ts';
import { type Fault, error, warning } from './rule.ts';

/** A member that has no meaning where it stands. */
export function unknownMember(owner: string, name: string, place: Path, known: readonly string[]): Fault {
  return error('unknown-member', place, `${owner} has no member ${name}`, {
    detail: `it has: ${listed(known, 12)}`,
    fix: didYouMean(name, known) ?? 'take it out',
  });
}

/**
 * A member of a request that AWS's published model does not have. One that is spelt nearly like another is a slip; any
 * other may be newer than the model that this library was made with.
 */
export function unknownArgument(owner: string, name: string, place: Path, known: readonly string[]): Fault {
  const meant = nearest(name, known);
  const message = `${owner[0]?.toUpperCase()}${owner.slice(1)} has no member ${name}`;
  if (meant !== undefined) {
    return error('unknown-member', place, message, { fix: `did you mean "${meant}"?` });
  }
  return warning('unknown-member', place, message, {
    detail: `AWS refuses what it does not know ("Unknown Argument member '${name}'"), unless it is newer than this check`,
    fix: `it has: ${listed(known, 12)}`,
  });
}
