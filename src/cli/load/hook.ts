import type { LoadFnOutput, LoadHookContext, ResolveFnOutput, ResolveHookContext } from 'node:module';
import { isJsonImport, isTypeScript, missingImport, resolveAlias, resolveImport } from './resolve.ts';
import { transformModule } from './transform.ts';

/** What the hooks' thread is told when it starts. */
export interface HookData {
  /** The URL of the running library. */
  readonly library: string;
}

let running: HookData | undefined;

/** Node calls this in the hooks' thread; the answer to `sagemaker-pipelines` differs by installation. */
export function initialize(data: HookData): void {
  running = data;
}

/** The hooks for Node's thread of their own (`module.register`). */
export async function resolve(
  specifier: string,
  context: ResolveHookContext,
  next: (specifier: string, context?: ResolveHookContext) => ResolveFnOutput | Promise<ResolveFnOutput>,
): Promise<ResolveFnOutput> {
  const url = resolveImport(specifier, context.parentURL, running!.library);
  if (url !== undefined) return resolved(url, context);
  try {
    return attributed(await next(specifier, context), context);
  } catch (thrown) {
    return aliasOrThrow(thrown, specifier, context);
  }
}

export async function load(
  url: string,
  context: LoadHookContext,
  next: (url: string, context?: LoadHookContext) => LoadFnOutput | Promise<LoadFnOutput>,
): Promise<LoadFnOutput> {
  return isTypeScript(url) ? loaded(url) : next(url, context);
}

/** The same hooks for this thread (`module.registerHooks`, Node 22.15 and later). */
export function syncHooks(library: string): SyncHooks {
  return {
    resolve(specifier, context, next) {
      const url = resolveImport(specifier, context.parentURL, library);
      if (url !== undefined) return resolved(url, context);
      try {
        return attributed(next(specifier, context), context);
      } catch (thrown) {
        return aliasOrThrow(thrown, specifier, context);
      }
    },
    load: (url, context, next) => (isTypeScript(url) ? loaded(url) : next(url, context)),
  };
}

/** What `module.registerHooks` takes; Node 20's own types do not know it. */
export interface SyncHooks {
  resolve(
    specifier: string,
    context: ResolveHookContext,
    next: (specifier: string, context?: ResolveHookContext) => ResolveFnOutput,
  ): ResolveFnOutput;
  load(
    url: string,
    context: LoadHookContext,
    next: (url: string, context?: LoadHookContext) => LoadFnOutput,
  ): LoadFnOutput;
}

function loaded(url: string): LoadFnOutput {
  return { format: 'module', source: transformModule(url), shortCircuit: true };
}

function resolved(url: string, context: ResolveHookContext): ResolveFnOutput {
  return attributed({ url, shortCircuit: true }, context);
}

function attributed(output: ResolveFnOutput, { parentURL, importAttributes }: ResolveHookContext): ResolveFnOutput {
  if (!isJsonImport(output.url, parentURL)) return output;
  return { ...output, importAttributes: { ...importAttributes, type: 'json' } };
}

function aliasOrThrow(thrown: unknown, specifier: string, context: ResolveHookContext): ResolveFnOutput {
  const url = resolveAlias(specifier, context.parentURL);
  if (url !== undefined) return resolved(url, context);
  throw missingImport(thrown, specifier, context.parentURL) ?? thrown;
}
