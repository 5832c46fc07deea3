import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import {
  type Account,
  type Accounts,
  type Answer,
  CONFIGURATION_FORMATS,
  type ConfigurationFormat,
  type Context,
  type DeploymentFacts,
  type Diagnostic,
  type ModelRequest,
  type ParameterSet,
  PipelineError,
  type PromotionPlan,
  type PromotionResult,
  type StageConfig,
  type TargetPlace,
  applyPromotion,
  checkAgainstTemplate,
  deploymentParameters,
  listTags,
  lookUpInfrastructure,
  mergeParameters,
  openAccount,
  planPromotion,
  promotionPlanData,
  promotionPlanText,
  promotionText,
  readConfig,
  readImageMap,
  readPipeline,
  readStageConfig,
  reportNotes,
  roleOf,
  runRegion,
  templateParameters,
  writeTextFile,
} from 'sagemaker-pipelines/deployment';

type Texts<Name extends string> = Readonly<Record<Name, string | undefined>>;
type Lists<Name extends string> = Readonly<Record<Name, readonly string[]>>;
type Switches<Name extends string> = Readonly<Record<Name, boolean | undefined>>;

/** A file of a stage's configuration, and what reads it. */
export interface Export {
  readonly file: string;
  readonly format: ConfigurationFormat;
}

/** A stage: what is configured for it by hand, and where its whole configuration goes. */
export interface Stage {
  readonly name: string;
  readonly config: StageConfig;
  readonly exports: readonly Export[];
  /** What a CodePipeline of both stages is used to, or what a stack is. */
  readonly parameterSet: ParameterSet;
  readonly template: { readonly file: string; readonly text: string } | undefined;
}

type StageFlags = Texts<
  | 'stage'
  | 'environment'
  | 'import-config'
  | 'export-config'
  | 'export-params'
  | 'export-tags'
  | 'code'
  | 'template-file'
  | 'export-cfn-params-tags'
  | `${'import' | 'export'}-${'staging' | 'prod'}-config`
  | `export-${'staging' | 'prod'}-${'params' | 'tags'}`
>;

/** The stages that the flags name: one, or both of a CodePipeline. */
export function readStages(flags: StageFlags, { cwd }: Context): Stage[] {
  const { stage, environment, code = 'cfn' } = flags;
  const hasBoth = Object.entries(flags).some(
    ([flag, value]) => /^(?:im|ex)port-(?:staging|prod)-/.test(flag) && value !== undefined,
  );
  if (hasBoth && flags['import-config'] === undefined) {
    return (['staging', 'prod'] as const).map((name) => {
      const file = (part: 'config' | 'params' | 'tags'): string =>
        resolve(cwd, flags[`export-${name}-${part}`] ?? `${name}-${part}-export.json`);
      const isAsked = (part: 'params' | 'tags'): boolean =>
        flags[`export-${name}-${part}`] !== undefined || readTruth(flags['export-cfn-params-tags']);
      const exports: Export[] = [{ file: file('config'), format: 'codepipeline' }];
      if (isAsked('params')) exports.push({ file: file('params'), format: 'cfn-parameters' });
      if (isAsked('tags')) exports.push({ file: file('tags'), format: 'cfn-tags' });
      const config = readStageConfig(resolve(cwd, flags[`import-${name}-config`] ?? `${name}-config.json`), [name]);
      const template = readTemplate(flags['template-file'], config.file, cwd);
      return { name, config, exports, parameterSet: 'codepipeline', template };
    });
  }
  const names = [stage, environment].filter((name) => name !== undefined);
  const config = readStageConfig(configFile(flags['import-config'], names, cwd), names);
  const exports: Export[] = [
    { file: resolve(cwd, flags['export-config'] ?? 'config-export.json'), format: code as ConfigurationFormat },
  ];
  if (flags['export-params'] !== undefined)
    exports.push({ file: resolve(cwd, flags['export-params']), format: 'cfn-parameters' });
  if (flags['export-tags'] !== undefined)
    exports.push({ file: resolve(cwd, flags['export-tags']), format: 'cfn-tags' });
  const template = code === 'tf' ? undefined : readTemplate(flags['template-file'], config.file, cwd);
  return [{ name: stage ?? config.stage, config, exports, parameterSet: 'stack', template }];
}

function configFile(given: string | undefined, names: readonly string[], cwd: string): string {
  if (given !== undefined) return resolve(cwd, given);
  const candidates = names.map((name) => join(cwd, 'cloudformation', `${name}-config.json`));
  const found = candidates.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new PipelineError('usage', 'missing-config', 'There is no configuration of the stage', {
    detail:
      candidates.length === 0
        ? 'no --stage is given'
        : `looked for ${candidates.map((file) => relative(cwd, file)).join(', ')}`,
    fix: 'give --stage and --import-config',
  });
}

function readTemplate(given: string | undefined, config: string, cwd: string): Stage['template'] {
  const file = given === undefined ? join(dirname(config), 'batch-config-template.yml') : resolve(cwd, given);
  if (given === undefined && !existsSync(file)) return undefined;
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch (cause) {
    throw new PipelineError('usage', 'cannot-read', `${file} cannot be read`, {
      detail: (cause as Error).message,
      cause,
    });
  }
}

/** The reference tool took every text for yes; this one reads it. */
function readTruth(text: string | undefined): boolean {
  if (text === undefined || /^(?:false|no|0)$/i.test(text)) return false;
  if (/^(?:true|yes|1)$/i.test(text)) return true;
  throw new PipelineError('usage', 'bad-value', `--export-cfn-params-tags cannot be "${text}"`, {
    fix: 'True or False',
  });
}

type AccountFlags = Texts<
  | 'region'
  | 'training-id'
  | 'target-id'
  | 'role-session-name'
  | `${'source' | 'target'}-${'profile' | 'role-arn' | 'external-id' | 'region'}`
>;

/** Opens both accounts; with nothing said about them they are the same one. */
export async function openAccounts(flags: AccountFlags, context: Context): Promise<Accounts> {
  const config = readConfig(context.cwd);
  const open = (side: 'source' | 'target', expectedId: string | undefined): Promise<Account> => {
    const profile = flags[`${side}-profile`];
    return openAccount(side, {
      region: runRegion({ region: flags[`${side}-region`] ?? flags.region, profile }, context.env, config).value,
      profile,
      roleArn: roleOf(flags[`${side}-role-arn`], {}, {})?.value,
      externalId: flags[`${side}-external-id`],
      sessionName: flags['role-session-name'],
      expectedId,
    });
  };
  const source = await open('source', flags['training-id']);
  return { source, target: await open('target', flags['target-id']) };
}

export function closeAccounts({ source, target }: Accounts): void {
  source.close();
  target.close();
}

/** What belongs to a release, found out: everything that is decided before the first write. */
export interface Release {
  readonly accounts: Accounts;
  readonly plan: PromotionPlan;
  readonly stages: readonly Stage[];
  readonly diagnostics: readonly Diagnostic[];
  /** What the stack is told; the packages' ARNs are known once they are registered. */
  readonly facts: Omit<DeploymentFacts, 'packages'>;
  readonly tags: Readonly<Record<string, string>>;
  readonly definitionFile: string;
}

type ReleaseFlags = Texts<
  | 'sagemaker-project-name'
  | 'sagemaker-project-id'
  | 'sagemaker-project-arn'
  | 'environment'
  | 'target-model-package-group-name'
  | 'version'
  | 'model-package-arn'
  | 'approval-status'
  | 'bucket'
  | 'role-arn'
  | 'subnet-ids'
  | 'security-group-ids'
  | 'kms-key'
  | 'pipeline'
  | 'kwargs'
  | 'pipeline-name'
  | 'pipeline-file'
> &
  Lists<'model-package-group-name' | 'image-map'> &
  Switches<'follow-approval' | 'vpc' | 'keep-images' | 'definition' | 'check'>;

/** Looks at both accounts and the pipeline and says what the release comes to; nothing is written. */
export async function planRelease(
  flags: ReleaseFlags,
  stages: readonly Stage[],
  accounts: Accounts,
  context: Context,
): Promise<Release> {
  const { target } = accounts;
  const [{ name: stage, config }] = stages as readonly [Stage];
  const { environment = stage } = flags;
  const project = projectOf(flags);
  const roleArn = roleOf(flags['role-arn'], context.env, readConfig(context.cwd))?.value;
  const given = {
    bucket: flags.bucket ?? config.parameters['ProjectBucket'],
    roleArn: roleArn ?? config.parameters['ModelExecutionRoleArn'],
    subnetIds: flags['subnet-ids'] ?? config.parameters['SubnetIds'],
    securityGroupIds: flags['security-group-ids'] ?? config.parameters['SGIds'],
  };
  const infrastructure = await lookUpInfrastructure(target, flags.environment, given, flags.vpc ?? true);
  const bucket = infrastructure.bucket ?? `sagemaker-${target.region}-${target.id}`;
  const place: TargetPlace = {
    bucket,
    prefix: project.prefix,
    kmsKeyId: flags['kms-key'],
    roleArn: infrastructure.roleArn,
    approval: (flags['approval-status'] ?? 'Approved') as TargetPlace['approval'],
    images: imagesOf(flags, accounts),
  };
  const fileName = flags['pipeline-file'] ?? 'pipelinedefinition.json';
  const tags = await projectTags(flags, accounts, project);
  const wanted = {
    name: flags.pipeline,
    kwargs: flags.kwargs,
    region: target.region,
    otherwise: 'nothing was written',
    check: flags.check,
  };
  const read = flags.definition === false ? undefined : await readPipeline(wanted, readConfig(context.cwd), context);
  const plan = await planPromotion(accounts, {
    models: modelsOf(flags, project.prefix),
    definition: read && { assembly: read.assembly, fileName, stage },
    place,
    tags,
  });
  const facts = {
    ...infrastructure,
    projectName: project.name,
    projectId: project.id,
    bucket,
    environment,
    kmsKeyId: place.kmsKeyId,
    pipelineName: plan.definition && (flags['pipeline-name'] ?? `${project.prefix}-${stage}`),
    definitionKey: plan.definition?.to.key,
    definitionText: plan.definition?.text,
    roleArn: infrastructure.roleArn,
    subnetIds: infrastructure.subnetIds,
    securityGroupIds: infrastructure.securityGroupIds,
  };
  const definitionFile = resolve(context.cwd, `${stage}-${fileName}`);
  const release = { accounts, plan, stages, diagnostics: read?.diagnostics ?? [], facts, tags, definitionFile };
  // What a template would refuse is said before anything is written.
  const packages = plan.models.map(({ source: { arn } }) => arn);
  for (const one of stages) configurationOf(release, one, packages);
  return release;
}

function projectOf(flags: Texts<'sagemaker-project-name' | 'sagemaker-project-id'>) {
  const { 'sagemaker-project-name': name, 'sagemaker-project-id': id } = flags;
  if (name === undefined) {
    throw new PipelineError('usage', 'missing-flag', 'build-deployment needs --sagemaker-project-name', {
      fix: 'it begins the keys of everything that is released',
    });
  }
  for (const text of [name, id ?? name]) {
    if (/^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,31}$/.test(text)) continue;
    throw new PipelineError('usage', 'bad-value', `"${text}" cannot name a project`, {
      detail: 'SageMaker takes at most 32 letters, digits and single dashes between them',
    });
  }
  return { name, id, prefix: id === undefined ? name : `${name}-${id}` };
}

/** Images of the training account are those of the target unless told; every other stays where it is. */
function imagesOf(flags: Lists<'image-map'> & Switches<'keep-images'>, { source, target }: Accounts) {
  const map = readImageMap(flags['image-map']);
  if (source.id === target.id || flags['keep-images'] === true) return map;
  return { ...map, accounts: { [source.id]: target.id, ...map.accounts } };
}

async function projectTags(
  flags: Texts<'sagemaker-project-arn'>,
  { source }: Accounts,
  { name, id }: { readonly name: string; readonly id: string | undefined },
): Promise<Record<string, string>> {
  const own = { 'sagemaker:project-name': name, ...(id === undefined ? {} : { 'sagemaker:project-id': id }) };
  const arn = flags['sagemaker-project-arn'];
  return arn === undefined ? own : { ...own, ...(await listTags(source, arn)) };
}

function modelsOf(flags: ReleaseFlags, group: string): ModelRequest[] {
  const { version, 'model-package-arn': arn, 'target-model-package-group-name': targetGroup } = flags;
  const named = flags['model-package-group-name'].flatMap((list) => list.split(',').map((name) => name.trim()));
  const groups = named.length === 0 ? [group] : [...new Set(named)];
  if (version !== undefined && !/^[1-9]\d*$/.test(version)) {
    throw new PipelineError('usage', 'bad-value', `--version cannot be "${version}"`, { fix: 'a number: --version 3' });
  }
  if (groups.length > 1 && (version ?? arn ?? targetGroup) !== undefined) {
    throw new PipelineError('usage', 'bad-value', 'A version, an ARN or another name fits one group alone', {
      detail: `${groups.length} groups are given: ${groups.join(', ')}`,
      fix: 'release them one by one',
    });
  }
  const followApproval = flags['follow-approval'] ?? false;
  return groups.map((name) => ({
    group: name,
    version: version === undefined ? undefined : Number(version),
    arn,
    targetGroup,
    followApproval,
  }));
}

/** A stage's whole configuration, as far as its template and its readers want it. */
function configurationOf(
  release: Release,
  { name, config, template, parameterSet }: Stage,
  packages: readonly string[],
) {
  const declared = template && new Set(templateParameters(template.text).map((parameter) => parameter.name));
  const computed = deploymentParameters({ ...release.facts, packages }, parameterSet, declared);
  const parameters = mergeParameters(config.parameters, computed);
  if (template !== undefined) checkAgainstTemplate(parameters, new Set(Object.keys(config.parameters)), template);
  const tags = { ...config.tags, 'sagemaker:deployment-stage': name, ...release.tags };
  return { parameters, tags };
}

/** A plan as the answer of a dry run. */
export function describeRelease({ accounts, plan, diagnostics }: Release): Answer {
  return {
    text: promotionPlanText(accounts, plan),
    data: { dryRun: true, ...promotionPlanData(accounts, plan) },
    notes: reportNotes(plan),
    diagnostics,
  };
}

/** Does what was planned: the only part of a release that writes to AWS. */
export function applyRelease(
  { accounts, plan }: Release,
  flags: Texts<'wait-seconds' | 'log-level'>,
  { now, sleep, interrupted, stderr, env }: Context,
): Promise<PromotionResult> {
  const limitSeconds = Number(flags['wait-seconds'] ?? 1800);
  if (!(limitSeconds >= 0)) {
    throw new PipelineError('usage', 'bad-value', `--wait-seconds cannot be "${flags['wait-seconds']}"`, {
      fix: 'a number',
    });
  }
  const level = (flags['log-level'] ?? env['LOGLEVEL'] ?? 'INFO').toUpperCase();
  const say = (line: string): void => {
    if (level === 'INFO' || level === 'DEBUG') stderr.write(`${line}\n`);
  };
  return applyPromotion(accounts, plan, { limitSeconds }, { now, sleep, interrupted, say });
}

/** Writes the files that the stages are deployed with, and answers with what is deployed now. */
export function writeRelease(release: Release, result: PromotionResult, { cwd }: Context): Answer {
  const { accounts, plan, stages, diagnostics, definitionFile } = release;
  const arns = result.models.map(({ arn }) => arn);
  const files = stages.flatMap((stage) => {
    const configuration = configurationOf(release, stage, arns);
    return stage.exports.map(({ file, format }) => ({ file, text: CONFIGURATION_FORMATS[format](configuration) }));
  });
  if (plan.definition !== undefined) files.push({ file: definitionFile, text: plan.definition.text });
  const written = files.map(({ file, text }) => ({ file: relative(cwd, file), outcome: writeTextFile(file, text) }));
  const { writes } = result;
  return {
    text: promotionText(arns, plan),
    data: { ...promotionPlanData(accounts, plan), writes, deployed: arns, files: written },
    notes: [
      ...reportNotes(plan),
      writes === 0 ? 'nothing was written to the target: all of it is there' : `${writes} written to the target`,
      ...written.map(({ file, outcome }) => (outcome === 'written' ? `wrote ${file}` : `${file} is unchanged`)),
    ],
    diagnostics,
  };
}
