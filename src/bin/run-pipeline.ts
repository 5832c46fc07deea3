#!/usr/bin/env node
import { runPipeline } from '../cli/run-pipeline.ts';
import { start } from '../cli/start.ts';

start(runPipeline, import.meta.url);
