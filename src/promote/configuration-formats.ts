/** What a deployment is configured with: parameters in their order, and tags. */
export interface Configuration {
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** One object made from another and what was computed: what is there keeps its place and takes the new value. */
export function mergeParameters(
  configured: Readonly<Record<string, string>>,
  computed: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const given = Object.entries(computed).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...configured, ...Object.fromEntries(given) };
}

/** The files that a configuration can be written as, by what reads them. */
export const CONFIGURATION_FORMATS = {
  /** `aws cloudformation deploy --parameter-overrides file://…` */
  cfn: ({ parameters }: Configuration): string =>
    asPythonJson(Object.entries(parameters).map(([key, value]) => `${key}=${value}`)),
  /** Terraform's `*.tfvars.json` */
  tf: ({ parameters }: Configuration): string => asPythonJson(parameters),
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html */
  codepipeline: ({ parameters, tags }: Configuration): string => asPythonJson({ Parameters: parameters, Tags: tags }),
  /** `aws cloudformation create-stack --parameters file://…` */
  'cfn-parameters': ({ parameters }: Configuration): string =>
    asPythonJson(Object.entries(parameters).map(([key, value]) => ({ ParameterKey: key, ParameterValue: value }))),
  /** `aws cloudformation create-stack --tags file://…` */
  'cfn-tags': ({ tags }: Configuration): string =>
    asPythonJson(Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))),
} as const;

export type ConfigurationFormat = keyof typeof CONFIGURATION_FORMATS;

/** JSON as Python's `json.dump(value, file, indent=4)` writes it: ASCII alone, no newline at the end. */
export function asPythonJson(value: unknown): string {
  return JSON.stringify(value, null, 4).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
