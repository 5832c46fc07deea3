#!/usr/bin/env node
// The release tool: brings approved models and the pipeline's definition into a stage's account. Flags in, exit code out.
import { type Answer, defineCommand, runCommand, unlessInterrupted } from 'sagemaker-pipelines/deployment';
import {
  applyRelease,
  closeAccounts,
  describeRelease,
  openAccounts,
  planRelease,
  readStages,
  writeRelease,
} from './utils.ts';

const buildDeployment = defineCommand({
  name: 'build-deployment',
  summary:
    'Promotes approved model versions and the definition of a pipeline into the account of a stage, and writes ' +
    'the parameters that its stack is deployed with. What is there already is not written twice.',
  examples: [
    'build-deployment --sagemaker-project-name churn --stage staging --import-config cloudformation/pre-prod-config.json --target-profile staging --dry-run',
    'build-deployment --sagemaker-project-name churn --stage prod --import-config cloudformation/prod-config.json --target-role-arn arn:aws:iam::444455556666:role/release',
  ],
  options: {
    'sagemaker-project-name': { type: 'text', describe: 'The project: begins every key, tags what is made' },
    'sagemaker-project-id': { type: 'text', describe: "The project's id, after its name in every key" },
    'sagemaker-project-arn': { type: 'text', describe: 'Its tags go onto what is made, too' },
    stage: { type: 'text', describe: 'The stage to release to, as in its configuration: staging, prod' },
    environment: {
      type: 'text',
      describe: "The account's environment, as in the names of its SSM parameters: preprod",
    },
    region: { type: 'text', alias: ['aws-region'], describe: 'The region of both accounts [AWS_REGION]' },
    'model-package-group-name': {
      type: 'list',
      describe: 'The group to promote from; several by commas or repeated [<project name>-<project id>]',
    },
    'target-model-package-group-name': { type: 'text', describe: 'The group in the target [the same name]' },
    version: { type: 'text', alias: ['model-package-version'], describe: 'This version, not the newest approved one' },
    'model-package-arn': { type: 'text', describe: 'This version, by its ARN' },
    'follow-approval': { type: 'flag', describe: 'The version approved last; go back when a deployed one is rejected' },
    'approval-status': {
      type: 'text',
      choices: ['Approved', 'PendingManualApproval'],
      describe: 'What the target begins with [Approved]',
    },
    'training-id': { type: 'text', describe: 'The account that the models come from; any other is refused' },
    'source-profile': { type: 'text', describe: 'The profile of the source account' },
    'source-role-arn': { type: 'text', describe: 'The role to assume in the source account' },
    'source-external-id': { type: 'text', describe: 'The external id that the role asks for' },
    'source-region': { type: 'text', describe: 'The region of the source account [--region]' },
    'target-id': { type: 'text', describe: 'The account to release to; any other is refused' },
    'target-profile': { type: 'text', describe: 'The profile of the target account' },
    'target-role-arn': { type: 'text', describe: 'The role to assume in the target account' },
    'target-external-id': { type: 'text', describe: 'The external id that the role asks for' },
    'target-region': { type: 'text', describe: 'The region of the target account [--region]' },
    'role-session-name': { type: 'text', describe: 'What CloudTrail shows the roles under [sagemaker-pipelines]' },
    bucket: { type: 'text', describe: "The target's bucket [ProjectBucket, SSM, sagemaker-<region>-<account>]" },
    'role-arn': { type: 'text', alias: ['model-execution-role'], describe: 'The execution role in the target [SSM]' },
    'subnet-ids': { type: 'text', describe: 'Subnets, by commas [SubnetIds, SSM]' },
    'security-group-ids': { type: 'text', describe: 'Security groups, by commas [SGIds, SSM]' },
    vpc: { type: 'flag', describe: 'Ask SSM for subnets and security groups [yes, with --environment]' },
    'kms-key': { type: 'text', describe: 'The KMS key that the target encrypts with [what the bucket says]' },
    'image-map': {
      type: 'list',
      describe: 'OLD=NEW: accounts or images, for registries of the target [the training account is the target]',
    },
    'keep-images': { type: 'flag', describe: 'Leave every image in the registry where it is' },
    pipeline: { type: 'text', alias: ['name'], describe: 'The pipeline: a folder of pipelines/, or a path' },
    kwargs: { type: 'text', describe: 'Options for a pipeline that is a function: JSON, or a Python dict' },
    definition: { type: 'flag', describe: 'Deploy a pipeline beside the models [yes]' },
    check: { type: 'flag', describe: 'Check the definition first; --no-check leaves it out [yes]' },
    'pipeline-name': { type: 'text', describe: "The pipeline's name in the target [<project>-<id>-<stage>]" },
    'pipeline-file': { type: 'text', describe: "What the definition's file ends in [pipelinedefinition.json]" },
    'import-config': { type: 'text', describe: "The stage's configuration [cloudformation/<stage>-config.json]" },
    'export-config': { type: 'text', describe: 'Where the whole configuration goes [config-export.json]' },
    'export-params': { type: 'text', describe: 'Parameters too, as ParameterKey and ParameterValue' },
    'export-tags': { type: 'text', describe: 'Tags too, as Key and Value' },
    code: { type: 'text', choices: ['cfn', 'tf', 'codepipeline'], describe: 'Who reads --export-config [cfn]' },
    'template-file': { type: 'text', describe: 'The template to check against [the one beside the configuration]' },
    'import-staging-config': { type: 'text', describe: 'For CodePipeline, both stages at once [staging-config.json]' },
    'import-prod-config': { type: 'text', describe: '[prod-config.json]' },
    'export-staging-config': { type: 'text', describe: '[staging-config-export.json]' },
    'export-staging-params': { type: 'text', describe: '[staging-params-export.json]' },
    'export-staging-tags': { type: 'text', describe: '[staging-tags-export.json]' },
    'export-prod-config': { type: 'text', describe: '[prod-config-export.json]' },
    'export-prod-params': { type: 'text', describe: '[prod-params-export.json]' },
    'export-prod-tags': { type: 'text', describe: '[prod-tags-export.json]' },
    'export-cfn-params-tags': {
      type: 'text',
      describe: 'True: parameters and tags of both stages in files of their own',
    },
    'wait-seconds': { type: 'text', describe: 'How long AWS may take to make a package [1800]' },
    'log-level': {
      type: 'text',
      choices: ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'],
      describe: 'DEBUG and INFO tell of each write [LOGLEVEL, else INFO]',
    },
    'dry-run': { type: 'flag', describe: 'Say what would be written, and write nothing' },
  },
  async run(args, context): Promise<Answer> {
    const stages = readStages(args, context);
    const accounts = await unlessInterrupted(openAccounts(args, context), context);
    try {
      const release = await unlessInterrupted(planRelease(args, stages, accounts, context), context);
      if (args['dry-run'] === true) return describeRelease(release);
      return writeRelease(release, await applyRelease(release, args, context), context);
    } finally {
      closeAccounts(accounts);
    }
  },
});

runCommand(buildDeployment);
