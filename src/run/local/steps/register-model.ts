import type { JsonObject } from '../../../definition/document.ts';
import { PipelineError } from '../../../definition/error.ts';
import { addPackage } from '../registry.ts';
import { reportIgnored } from './layout.ts';
import { modelReads, needData } from './model.ts';
import { objectsAt, textAt } from './read.ts';
import type { StepKind } from './step.ts';

const IGNORED = {
  ValidationSpecification: 'a package is not tried out when it is registered',
  Tags: 'there is nothing to tag',
};

/** A RegisterModel step: the next version of a group in the registry of this project. */
export const registerModel: StepKind = {
  inspect: (planned) => reportIgnored(planned.given, IGNORED, planned),
  reads: ({ given }) => {
    return modelReads(objectsAt(given, 'InferenceSpecification', 'Containers'), 'Arguments.InferenceSpecification');
  },
  run: async (work) => {
    const { given, registry, now, step, job } = work;
    // With a custom prefix the SDK names the package instead of its group.
    const group = textAt(given, 'ModelPackageGroupName') ?? textAt(given, 'ModelPackageName');
    if (group === undefined) {
      throw new PipelineError('failed', 'no-group', `${step.Name} names no model package group`);
    }
    const containers = objectsAt(given, 'InferenceSpecification', 'Containers');
    for (const container of containers) await needData(work, container);
    // A step that was killed once it had registered, and runs again, is not to register twice.
    const asked = { ...given, ClientToken: job };
    const described: JsonObject = addPackage(registry, group, asked, now().toISOString());
    const facts = {
      group,
      version: described['ModelPackageVersion']!,
      approval: described['ModelApprovalStatus']!,
    };
    return { properties: described, outputs: [], facts };
  },
};
