#!/usr/bin/env node
import { keepCompiled } from '../cli/keep-compiled.ts';

keepCompiled();
// What stands in an import above would be compiled before anything runs.
const [{ sagemakerPipelines }, { start }] = await Promise.all([
  import('../cli/sagemaker-pipelines.ts'),
  import('../cli/start.ts'),
]);
start(sagemakerPipelines, import.meta.url);
