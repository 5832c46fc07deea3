import type { JsonObject } from '../../definition/document.ts';

/** Whether an object has all of some members, perhaps some others that are named, and nothing else. */
export function hasOnly(object: JsonObject, members: readonly string[], more: readonly string[] = []): boolean {
  return (
    members.every((member) => Object.hasOwn(object, member)) &&
    Object.keys(object).every((member) => members.includes(member) || more.includes(member))
  );
}
