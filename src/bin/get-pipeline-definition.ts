#!/usr/bin/env node
import { keepCompiled } from '../cli/keep-compiled.ts';

keepCompiled();
// What stands in an import above would be compiled before anything runs.
const [{ getPipelineDefinition }, { start }] = await Promise.all([
  import('../cli/get-pipeline-definition.ts'),
  import('../cli/start.ts'),
]);
start(getPipelineDefinition, import.meta.url);
