import { basename } from 'node:path';
import { type AssetContent, readAsset } from '../assets/read.ts';
import type { AssetReference } from '../definition/assembly.ts';
import type { Diagnostic } from '../definition/diagnostic.ts';
import { isPipelineError } from '../definition/error.ts';
import { didYouMean } from '../definition/suggest.ts';
import type { AssetNode } from './node.ts';
import { describeSite } from './site.ts';

/** Why an asset cannot be had. */
type Problem = Omit<Diagnostic, 'severity' | 'path'>;

/** The files and folders that a document names, each read once. */
export interface AssetTable {
  /** The key of an asset in the artefact bucket, or why it has none. */
  find(node: AssetNode): { readonly key: string } | { readonly problem: Problem };
  /** All that were found, in order of their keys. */
  references(): AssetReference[];
}

/** An empty table. */
export function assetTable(): AssetTable {
  const contents = new Map<string, AssetContent | Problem>();
  const references = new Map<string, AssetReference>();
  return {
    find(node) {
      const source = JSON.stringify([node.path, node.ignore]);
      const content = contents.get(source) ?? read(node);
      contents.set(source, content);
      const problem = 'hash' in content ? unfit(node, content) : content;
      if (problem !== undefined) return { problem: { at: describeSite(node.site), ...problem } };
      const reference = referenceTo(node, content as AssetContent);
      const other = references.get(reference.key);
      if (other !== undefined && other.packaging !== reference.packaging) {
        return { problem: { at: describeSite(node.site), ...keyTaken(reference) } };
      }
      references.set(reference.key, reference);
      return { key: reference.key };
    },
    references: () => [...references.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

function read(node: AssetNode): AssetContent | Problem {
  try {
    return readAsset(node.path, { ignore: node.ignore });
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const { code, message, detail, fix } = error;
    return { code, message, detail, fix };
  }
}

/** Why the content is not what the use of the asset asks for. */
function unfit({ path, wants }: AssetNode, content: AssetContent): Problem | undefined {
  if (wants === 'file' && content.kind === 'folder') {
    return {
      code: 'entry-missing',
      message: `${basename(path)} is a folder, and nothing says which file of it is run`,
      detail: `it holds: ${listed(content)}`,
      fix: "name it: entry: 'train.py'",
    };
  }
  if (typeof wants !== 'object') return undefined;
  const names = content.files.map((file) => file.name);
  if (names.includes(wants.entry)) return undefined;
  return {
    code: 'unknown-entry',
    message: `${basename(path)} holds no file "${wants.entry}"`,
    detail: `it holds: ${listed(content)}`,
    fix: didYouMean(wants.entry, names),
  };
}

function referenceTo({ path, archive, ignore }: AssetNode, { hash, kind }: AssetContent): AssetReference {
  const packaging = archive ? 'archive' : kind;
  const name = { archive: 'sourcedir.tar.gz', file: basename(path), folder: '' }[packaging];
  return { hash, path, packaging, key: `assets/${hash}/${name}`, ...(ignore.length === 0 ? {} : { ignore }) };
}

function keyTaken({ path, key }: AssetReference): Problem {
  return {
    code: 'asset-key-taken',
    message: `${basename(path)} is used as it is and as a bundle, and both would be ${key}`,
    fix: 'rename the file: sourcedir.tar.gz is the name of bundles',
  };
}

function listed({ files }: AssetContent): string {
  const names = files.slice(0, 8).map((file) => file.name);
  return files.length > names.length ? `${names.join(', ')} … (${files.length} files)` : names.join(', ');
}
