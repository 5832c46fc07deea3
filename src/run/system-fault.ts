import { PipelineError, codeOf } from '../definition/error.ts';

const REFUSED: Readonly<Record<string, readonly [code: string, message: string, fix: string]>> = {
  ENOSPC: ['disk-full', 'The disk is full', 'make room on the disk'],
  EDQUOT: ['disk-full', 'The quota of the disk is used up', 'make room on the disk'],
  EROFS: ['cannot-write', 'Nothing can be written here', 'work in a folder that may be written to'],
  EACCES: ['not-permitted', 'A file or folder may not be used', 'ask its owner for the right to, or work elsewhere'],
  EPERM: ['not-permitted', 'A file or folder may not be used', 'ask its owner for the right to, or work elsewhere'],
  EMFILE: ['too-many-files', 'Too many files are open', 'let more be open: ulimit -n 4096'],
  ENFILE: ['too-many-files', 'Too many files are open on this machine', 'end other programs'],
};

/** With `recursive`, Node says of a disk that may only be read that the folder to be made is not there. */
function isUnmade(thrown: unknown): boolean {
  return thrown instanceof Error && codeOf(thrown) === 'ENOENT' && 'syscall' in thrown && thrown.syscall === 'mkdir';
}

/** What this machine's files refuse, as an error of its own: it is no fault of ours. */
export function systemFault(thrown: unknown): PipelineError | undefined {
  const known = isUnmade(thrown) ? REFUSED['EROFS'] : REFUSED[codeOf(thrown) ?? ''];
  // Sockets refuse with some of these too, and have no path.
  const isOfFiles = thrown instanceof Error && ('path' in thrown || known?.[0] === 'disk-full');
  if (known === undefined || !isOfFiles) return undefined;
  const [code, message, fix] = known;
  return new PipelineError('machine', code, message, { detail: thrown.message, fix, cause: thrown });
}
