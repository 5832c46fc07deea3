import { parseImageUri } from '../../aws/image-uri.ts';
import { recogniseImage } from '../../aws/images.ts';
import { commentLines, statement, stringLiteral } from './code.ts';

/** The constants of a module for AWS's own images: a URI says neither to a reader nor in one place what it is. */
export interface ImageConstants {
  /** The constant for a URI; undefined for one that is no image of AWS's. */
  find(uri: string): string | undefined;
  /** The declarations of those that were asked for. */
  statements(): readonly string[];
}

/** No constants yet. */
export function imageConstants(nameOf: (family: string) => string): ImageConstants {
  const constants = new Map<string, { readonly identifier: string; readonly about: string } | undefined>();
  return {
    find(uri) {
      if (!uri.includes('.dkr.ecr')) return undefined;
      if (!constants.has(uri)) {
        const known = managedImage(uri);
        constants.set(uri, known && { identifier: nameOf(known.family), about: known.about });
      }
      return constants.get(uri)?.identifier;
    },
    statements: () =>
      [...constants].flatMap(([uri, constant]) =>
        constant === undefined
          ? []
          : [commentLines(constant.about, 0) + statement(`const ${constant.identifier} = `, stringLiteral(uri))],
      ),
  };
}

/** What a URI means, in words. */
function managedImage(uri: string): { readonly family: string; readonly about: string } | undefined {
  const image = recogniseImage(uri);
  const region = parseImageUri(uri)?.region;
  if (image === undefined || region === undefined) return undefined;
  const { family, uses, version, base, python, device } = image;
  const use = uses.length === 1 && USES_IN_NAMES.includes(uses[0]!) ? `-${uses[0]!}` : '';
  const details = [base, device === 'cpu' ? undefined : device, python].filter((detail) => detail !== undefined);
  const brackets = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return { family: family + use, about: `The image of ${family} ${version}${brackets} in ${region}.` };
}

// Families with an image for each are often there with both.
const USES_IN_NAMES: readonly string[] = ['training', 'inference'];
