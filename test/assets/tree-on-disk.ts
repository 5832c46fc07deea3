import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isPipelineError } from '../../src/definition/error.ts';
import type { PipelineError } from '../../src/definition/error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What a file of a tree holds: text, or bytes and whether its owner may execute it. */
export type FileOnDisk = string | { readonly content: string | Uint8Array; readonly executable?: boolean };

/** Files by their names. */
export type Tree = Readonly<Record<string, FileOnDisk>>;

/** Writes files in the order given; returns the folder they are in. */
export function writeTree(folder: string, tree: Tree): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, file] of Object.entries(tree)) {
    const { content, executable = false } = typeof file === 'string' ? { content: file } : file;
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, executable ? 0o755 : 0o644);
  }
  return folder;
}

/** A temporary folder that holds these files. */
export function treeOnDisk(tree: Tree): string {
  return writeTree(join(temporaryFolder(), 'src'), tree);
}

/** All of a stream, in memory. */
export async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Runs a program over bytes; its standard output, once it has ended well. */
export async function runOver(source: AsyncIterable<Uint8Array>, program: string, ...args: string[]): Promise<Buffer> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [output] = await Promise.all([bytesOf(child.stdout), pipeline(Readable.from(source), child.stdin)]);
  const code = await ended;
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return output;
}

/** The error of ours that a call throws; anything else thrown, or nothing, fails the test. */
export function faultOf(call: () => unknown): PipelineError {
  try {
    call();
  } catch (error) {
    if (isPipelineError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
