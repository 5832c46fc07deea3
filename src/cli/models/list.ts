import { listGroups, listModels, listPackages } from '../../run/local/registry.ts';
import { tableText } from '../render/table.ts';
import { type Answer, defineCommand } from '../command.ts';
import { registryOf } from './registry-of.ts';

/** Lists what is registered. */
export const listModelsCommand = defineCommand({
  name: 'sagemaker-pipelines models list',
  summary: 'Lists the model packages that runs on this machine have registered, and the models they have made.',
  examples: ['sagemaker-pipelines models list', 'sagemaker-pipelines models list --json'],
  options: {},
  async run(_, context): Promise<Answer> {
    const registry = registryOf(context);
    const packages = listGroups(registry).flatMap((group) => listPackages(registry, group));
    const models = listModels(registry);
    const rows = [
      ...packages.map((each) => [
        `${each.ModelPackageGroupName}/${each.ModelPackageVersion}`,
        each.ModelApprovalStatus,
        each.CreationTime,
      ]),
      ...models.map((name) => [name, 'model', '']),
    ];
    return {
      text: tableText(rows),
      data: { packages, models },
      notes: rows.length === 0 ? ['note: there are none yet: a RegisterModel or Model step makes one'] : [],
      diagnostics: [],
    };
  },
});
