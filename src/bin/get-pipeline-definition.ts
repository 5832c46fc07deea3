#!/usr/bin/env node
import { getPipelineDefinition } from '../cli/get-pipeline-definition.ts';
import { start } from '../cli/start.ts';

start(getPipelineDefinition, import.meta.url);
