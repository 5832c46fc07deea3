import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Expr } from '../definition/expr.ts';
import { expression, expressionObject } from './expression.ts';
import { type AssetNode, nodeOf } from './node.ts';
import { siteOf } from './site.ts';

/**
 * A file or folder of the author's, named by its content: the expression is the place in S3 where it lies once the
 * assets are published.
 */
export interface Asset extends Expr<string> {
  /** The place of the same content as one `sourcedir.tar.gz`, which SageMaker's script mode unpacks. */
  readonly bundle: Expr<string>;
}

/**
 * Takes a file or folder along with the pipeline.
 *
 * @param from `import.meta` of the module that names it, or a folder (`__dirname` in CommonJS)
 * @param path where it lies from there
 * @example asset(import.meta, 'preprocess.py')
 */
export function asset(
  from: { readonly url: string } | string,
  path: string,
  options: { readonly ignore?: readonly string[] | undefined } = {},
): Asset {
  const folder = typeof from === 'string' ? from : dirname(fileURLToPath(from.url));
  const node: AssetNode = {
    kind: 'asset',
    path: resolve(folder, path),
    archive: false,
    ignore: Object.freeze([...(options.ignore ?? [])]),
    wants: undefined,
    site: siteOf(asset),
  };
  const value = expressionObject(node);
  Object.defineProperty(value, 'bundle', { value: expression({ ...node, archive: true }), enumerable: true });
  return Object.freeze(value) as Asset;
}

/** Source code as a job function takes it: an asset, or the S3 address of a file or archive that is there already. */
export type Code = Asset | Expr<string> | string;

/** Where a program lies and what it is called. */
export interface Program {
  readonly code: Expr<string> | string;
  readonly entry: string | undefined;
  readonly isFolder: boolean;
}

/**
 * The program in some source code: a single file is its own entry, a folder needs to be told. `emit` holds it against
 * what lies on the disk.
 */
export function programOf(code: Code, entry: string | undefined, archive: boolean): Program {
  const node = nodeOf(code);
  if (node?.kind !== 'asset') {
    const name = typeof code === 'string' ? basename(code) : undefined;
    return { code, entry: entry ?? name, isFolder: false };
  }
  const wants = entry === undefined ? ('file' as const) : { entry };
  return {
    code: expression<string>({ ...node, archive, wants }),
    entry: entry ?? basename(node.path),
    isFolder: entry !== undefined,
  };
}
