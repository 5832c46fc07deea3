// What `build.ts` is written with: the entry point `sagemaker-pipelines/deployment`.
import type { Command } from './command.ts';
import { start } from './start.ts';

export type { Diagnostic } from '../definition/diagnostic.ts';
export { PipelineError } from '../definition/error.ts';
export { type Account, type AccountSettings, openAccount } from '../promote/account.ts';
export { type BaseInfrastructure, lookUpInfrastructure } from '../promote/base-infrastructure.ts';
export {
  CONFIGURATION_FORMATS,
  type Configuration,
  type ConfigurationFormat,
  mergeParameters,
} from '../promote/configuration-formats.ts';
export { type DeploymentFacts, type ParameterSet, deploymentParameters } from '../promote/deployment-parameters.ts';
export { type ImageMap, readImageMap } from '../promote/image-map.ts';
export type { DefinitionPlan, DefinitionRequest } from '../promote/plan-definition.ts';
export type { ModelPlan, ModelRequest, TargetPlace } from '../promote/plan-model.ts';
export {
  type Accounts,
  type PromotionPlan,
  type PromotionRequest,
  type PromotionResult,
  applyPromotion,
  planPromotion,
} from '../promote/promote.ts';
export { listTags } from '../promote/registry.ts';
export { type StageConfig, readStageConfig } from '../promote/stage-config.ts';
export { type TemplateParameter, checkAgainstTemplate, templateParameters } from '../promote/template-parameters.ts';
export type { PromotionWorld } from '../promote/world.ts';
export { type Answer, type Arguments, type Command, type Options, defineCommand } from './command.ts';
export { readConfig } from './config.ts';
export type { Context } from './context.ts';
export { plannedWrites, promotionPlanData, promotionPlanText, promotionText, reportNotes } from './promotion-plan.ts';
export { type ReadPipeline, readPipeline } from './read-pipeline.ts';
export { runRegion } from './run-region.ts';
export { regionOf, roleOf } from './settings.ts';
export { unlessInterrupted } from './unless-interrupted.ts';
export { writeTextFile } from './write-file.ts';

/** Runs a command as this process: its flags in, an exit code out. */
export function runCommand(command: Command): void {
  // Every file of the library lies one folder down, which is all that a start wants to know of it.
  start(command, import.meta.url);
}
