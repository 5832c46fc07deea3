#!/usr/bin/env node
import { keepCompiled } from '../cli/keep-compiled.ts';

keepCompiled();
// What stands in an import above would be compiled before anything runs.
const [{ runPipeline }, { start }] = await Promise.all([import('../cli/run-pipeline.ts'), import('../cli/start.ts')]);
start(runPipeline, import.meta.url);
