import { stripVTControlCharacters } from 'node:util';

/** How many columns a text takes when every character takes one: all of a help text's do. */
export default function stringWidth(text: string): number {
  return stripVTControlCharacters(text).length;
}
