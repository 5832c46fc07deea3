import type { Diagnostic } from './diagnostic.ts';
import type { PipelineDocument } from './document.ts';

/** How an asset is stored: one object, one object a file of a folder, or one `sourcedir.tar.gz`. */
export type Packaging = 'file' | 'folder' | 'archive';

/** A file or folder on this machine that a document names by its content. */
export interface AssetReference {
  /** SHA-256 over names, modes and contents, in hexadecimal. */
  readonly hash: string;
  /** Where the content is read from, absolute. */
  readonly path: string;
  readonly packaging: Packaging;
  /** The object's key in the artefact bucket; for a folder the prefix of its files, with a slash at its end. */
  readonly key: string;
  /** Patterns of names that are left out, beside the ones that always are. */
  readonly ignore?: readonly string[];
}

/** A document and what its JSON has no place for. Plain data: a reader needs the definition, the rest is optional. */
export interface Assembly {
  readonly name: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly parallelism?: number;
  readonly definition: PipelineDocument;
  readonly assets: readonly AssetReference[];
  /** Where the author wrote what stands at a path of the document: `{ 'Steps[0]': '/project/pipeline.ts:12' }`. */
  readonly origins: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** The author's line for a path of the document: that of the path itself, else of the nearest thing around it. */
export function originOf(origins: Readonly<Record<string, string>>, path: string): string | undefined {
  for (let end = path.length; end > 0; end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1))) {
    const origin = origins[path.slice(0, end)];
    if (origin !== undefined) return origin;
  }
  return undefined;
}
