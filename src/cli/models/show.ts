import { findModel, needPackage } from '../../run/local/registry.ts';
import { type Answer, defineCommand } from '../command.ts';
import { registryOf } from './registry-of.ts';

/** Tells of a version of a model. */
export const showModelCommand = defineCommand({
  name: 'sagemaker-pipelines models show',
  summary: 'Shows a model package or a model as the service would describe it.',
  examples: ['sagemaker-pipelines models show abalone', 'sagemaker-pipelines models show abalone/2'],
  options: {},
  operands: { name: 'a group, group/version, an ARN or the name of a model', least: 1, most: 1 },
  async run(_, context, [name]): Promise<Answer> {
    const registry = registryOf(context);
    const model = findModel(registry, name!);
    const described = model !== undefined && 'ModelArn' in model ? model : needPackage(registry, name!);
    return { text: `${JSON.stringify(described, null, 2)}\n`, data: { model: described }, notes: [], diagnostics: [] };
  },
});
