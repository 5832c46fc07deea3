import * as nodeModule from 'node:module';
import { PipelineError } from '../../definition/error.ts';
import type { HookData, SyncHooks } from './hook.ts';

/** Where the running copy of this package has its parts, as URLs. */
export interface Installation {
  /** What `sagemaker-pipelines` means in an author's file. */
  readonly library: string;
  /** The module with the loader's hooks. */
  readonly hook: string;
}

/** Teaches this process to import an author's TypeScript. Node keeps the hooks for as long as the process lives. */
export async function installHooks({ library, hook }: Installation): Promise<void> {
  try {
    // Node 22.15 and later run hooks in this thread, which saves starting another; Node 20's types do not know it.
    const { registerHooks } = nodeModule as { registerHooks?: (hooks: SyncHooks) => void };
    if (registerHooks === undefined) {
      nodeModule.register<HookData>(hook, { data: { library } });
    } else {
      const { syncHooks } = await import('./hook.ts');
      registerHooks(syncHooks(library));
    }
  } catch (cause) {
    throw new PipelineError(
      'machine',
      'transform-missing',
      'The TypeScript transform cannot be loaded on this machine',
      {
        detail: cause instanceof Error ? cause.message.split('\n')[0] : undefined,
        fix: 'install again on the platform that runs this command, with optional dependencies (npm ci --include=optional)',
        cause,
      },
    );
  }
}
