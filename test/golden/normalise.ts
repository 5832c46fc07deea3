import type { Json } from 'sagemaker-pipelines';

/** `-2026-11-20-20-57-32-114`: the moment at which the SDK was called. */
const MOMENT = /\b\d{4}(?:-\d{2}){5}-\d{3}\b/g;

/** A file that the SDK wrote for itself, with eight characters out of Python's `tempfile`. */
const TEMPORARY = /(?<=sagemaker_requirements_)[a-z0-9_]{8}(?=\.txt)/g;

/**
 * Where code lies is the one thing that this library decides differently. The SDK takes `<pipeline>/code/<hash>/`, its
 * hash being over the paths as they were written too; for the code of a model `<image>-<moment>/`. Here it is
 * `assets/<hash>/` for all, its hash being over the content alone. All are the same place: the artefact bucket, under a
 * key that nothing else reads. The file's name at the end is the container's business, so it stays.
 */
const CODE_FOLDERS = [
  /(?<=^"?s3:\/\/my-bucket\/)MyPipeline\/code\/[0-9a-f]{64}(?=\/[^/]+$)/,
  /(?<=^"?s3:\/\/my-bucket\/)assets\/[0-9a-f]{64}(?=\/[^/]+$)/,
  /(?<=^"?s3:\/\/my-bucket\/)[a-z0-9-]+-<moment>(?:\/source)?(?=\/sourcedir\.tar\.gz"?$)/,
];

/** A document of the SDK's or of ours without what differs from one call to the next, or by where code lies. */
export function normalise(value: Json): Json {
  if (typeof value === 'string') return normaliseText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element: Json) => normalise(element));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, normalise(member)]));
}

function normaliseText(text: string): string {
  const timeless = text.replaceAll(MOMENT, '<moment>').replaceAll(TEMPORARY, '<temporary>');
  return CODE_FOLDERS.reduce((place, folder) => place.replace(folder, '<code>'), timeless);
}
