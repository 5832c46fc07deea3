import type * as sagemaker from '@aws-sdk/client-sagemaker';
import type { Input, InputOf } from '../../aws/input.ts';
import type { PropertiesOf } from '../../aws/properties.ts';
import type { JsonObject } from '../../definition/document.ts';
import type { Expr } from '../../definition/expr.ts';
import { type PropertyFile, propertyFileOf } from '../json-get.ts';
import { propertiesOf, property } from '../properties.ts';
import { type JobOptions, type Step, defineStep, stepValue } from './define.ts';

type Request = sagemaker.CreateProcessingJobRequest;

/** One output of a processing job, with the name by which later steps read it. */
export interface ProcessingOutput<Output extends string = string> extends InputOf<
  Omit<sagemaker.ProcessingOutput, 'OutputName'>
> {
  readonly OutputName: Output;
}

/** The arguments of a Processing step: AWS's `CreateProcessingJob`. */
export interface ProcessingArguments<Output extends string = string> extends InputOf<
  Omit<Request, 'ProcessingJobName' | 'RoleArn' | 'ProcessingOutputConfig'>
> {
  /** Made up by the service for each execution when left out. */
  readonly ProcessingJobName?: Input<string> | undefined;
  /** The account's execution role when left out. */
  readonly RoleArn?: Input<string> | undefined;
  readonly ProcessingOutputConfig?:
    | (InputOf<Omit<sagemaker.ProcessingOutputConfig, 'Outputs'>> & {
        readonly Outputs: readonly ProcessingOutput<Output>[];
      })
    | undefined;
}

/** What a finished Processing step can be asked for: AWS's `DescribeProcessingJob`. */
export interface ProcessingProperties extends PropertiesOf<sagemaker.DescribeProcessingJobResponse> {}

// With nothing declared the type is the message that an author gets, since TypeScript would only say "never". `Name`
// stands in both branches so that a generic function can pass one on.
type NameOf<Name extends string, None extends string> = [Name] extends [never] ? None | Name : Name;
type OutputOf<Output extends string> = NameOf<Output, 'this step declares no outputs'>;
type FileOf<File extends string> = NameOf<File, 'this step declares no property files'>;

/** Where a property file lies: a file in one of the step's outputs. */
interface PropertyFileOptions<Output extends string> {
  readonly output: OutputOf<NoInfer<Output>>;
  readonly path: string;
}

/** What a Processing step may be told beside its arguments. */
export interface ProcessingOptions<Output extends string, File extends string> extends JobOptions {
  /** JSON files in the outputs that `jsonGet` can read, by the name it calls them. */
  readonly propertyFiles?: { readonly [Name in File]: PropertyFileOptions<Output> } | undefined;
}

/** A step that runs a processing job. */
export interface ProcessingStep<Output extends string = string, File extends string = string> extends Step {
  readonly type: 'Processing';
  readonly properties: ProcessingProperties;
  /** The place in S3 of one of the outputs. */
  output(name: OutputOf<Output>): Expr<string>;
  /** One of the property files, for `jsonGet`. */
  propertyFile(name: FileOf<File>): PropertyFile;
}

/** A step that runs a processing job: a script or program over data in S3. */
export function processing<const Output extends string = never, const File extends string = never>(
  name: string,
  args: ProcessingArguments<Output>,
  options?: ProcessingOptions<Output, File>,
): ProcessingStep<Output, File> {
  const siblings = propertyFilesOf<Output>(options?.propertyFiles);
  const node = defineStep(processing, { type: 'Processing', roleMember: 'RoleArn', siblings }, name, args, options);
  return stepValue<ProcessingStep<Output, File>>(node, {
    properties: propertiesOf(node),
    output: (output) =>
      property(node, [
        { member: 'ProcessingOutputConfig' },
        { member: 'Outputs' },
        { key: output },
        { member: 'S3Output' },
        { member: 'S3Uri' },
      ]) as Expr<string>,
    propertyFile: (file) => propertyFileOf(node, file),
  });
}

function propertyFilesOf<Output extends string>(
  files: Readonly<Record<string, PropertyFileOptions<Output>>> = {},
): JsonObject | undefined {
  const declared = Object.entries(files).map(([file, { output, path }]) => ({
    PropertyFileName: file,
    OutputName: output,
    FilePath: path,
  }));
  return declared.length === 0 ? undefined : { PropertyFiles: declared };
}
