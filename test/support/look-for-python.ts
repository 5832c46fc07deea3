import type { TestProject } from 'vitest/node';

import { missingPython } from './python-environment.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the machine lacks of Python; nothing when it lacks nothing. */
    missingPython: string;
  }
}

/** Looks once for all files: to start a Python in each of them takes longer than many of their tests. */
export default function lookForPython({ provide }: TestProject): void {
  provide('missingPython', missingPython() ?? '');
}
