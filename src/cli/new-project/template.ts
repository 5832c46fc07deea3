import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What a project is called: its package, and the pipeline as a folder and as AWS knows it. */
interface ProjectNames {
  readonly project: string;
  readonly pipeline: string;
}

/** A file of a new project. */
export interface ProjectFile {
  /** From the project's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** npm and compilers would take these for their own where the template lies. */
const STORED_AS: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  'package.template.json': 'package.json',
};

/** The files of a new project, made from the template with these names. */
export function readTemplate(folder: string, names: ProjectNames): ProjectFile[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = relative(folder, file).split(sep).join('/');
      return {
        path: named(STORED_AS[path] ?? path, names),
        text: named(readFileSync(file, 'utf8'), names),
      };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The template is a project itself; what is called otherwise in another is this. */
function named(text: string, { project, pipeline }: ProjectNames): string {
  return text
    .replaceAll('delivery_times', pipeline)
    .replaceAll('delivery-times', pipeline.replaceAll('_', '-'))
    .replaceAll('my-project', project);
}
