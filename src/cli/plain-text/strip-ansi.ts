/** A text without colours. */
export { stripVTControlCharacters as default } from 'node:util';
