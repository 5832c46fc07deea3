#!/usr/bin/env node
import { sagemakerPipelines } from '../cli/sagemaker-pipelines.ts';
import { start } from '../cli/start.ts';

start(sagemakerPipelines, import.meta.url);
