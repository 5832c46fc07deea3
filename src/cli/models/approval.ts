import { type ApprovalState, needPackage, setApproval } from '../../run/local/registry.ts';
import { type Answer, type Command, defineCommand } from '../command.ts';
import { registryOf } from './registry-of.ts';

/** Approves a version of a model. */
export const approveCommand = decides('approve', 'Approved', 'that steps can use it by the name of its group');

/** Rejects a version of a model. */
export const rejectCommand = decides('reject', 'Rejected', 'that it is used no more');

function decides(verb: string, state: ApprovalState, purpose: string): Command {
  return defineCommand({
    name: `sagemaker-pipelines models ${verb}`,
    summary: `Marks a version of a model as ${state}, so ${purpose}; without a version, the newest.`,
    examples: [`sagemaker-pipelines models ${verb} abalone`, `sagemaker-pipelines models ${verb} abalone/2`],
    options: {},
    operands: { name: 'a group, group/version or an ARN', least: 1, most: 1 },
    async run(_, context, [name]): Promise<Answer> {
      const registry = registryOf(context);
      const changed = setApproval(registry, needPackage(registry, name!), state, context.now().toISOString());
      const version = `${changed.ModelPackageGroupName}/${changed.ModelPackageVersion}`;
      return { text: `${version} is ${state}\n`, data: { model: changed }, notes: [], diagnostics: [] };
    },
  });
}
