import type { Input } from '../../aws/input.ts';
import type { TransformArguments } from '../steps/transform.ts';
import type { TransformInstance } from './instance.ts';
import { placeOfStep } from './place.ts';

/** Records in S3 that go through a model. */
export interface BatchTransformSpec {
  /** The model's name. */
  readonly model: Input<string>;
  /** Where the records lie: an object or a prefix. */
  readonly input: Input<string>;
  /** What the records are: `text/csv`, `application/jsonlines` … */
  readonly contentType: Input<string>;
  /** What the model answers with; the content type when left out. */
  readonly accept?: Input<string> | undefined;
  readonly instance: TransformInstance;
  /** Whether an object is many records, a line each. When left out it is for CSV and JSON Lines. */
  readonly split?: 'Line' | 'None' | undefined;
  /** Whether each answer stands behind the record it answers. */
  readonly join?: boolean | undefined;
  /** What of a record the model gets, as a JSONPath: `$[1:]`. */
  readonly inputFilter?: Input<string> | undefined;
  /** What of the answer, or of the joined record, is kept. */
  readonly outputFilter?: Input<string> | undefined;
  /** Where the answers go; a place of this execution and step when left out. */
  readonly output?: Input<string> | undefined;
  readonly environment?: { readonly [name: string]: Input<string> } | undefined;
}

const BY_LINE = ['text/csv', 'application/jsonlines'];

/** Arguments of a batch transform job. */
export function batchTransform(spec: BatchTransformSpec): TransformArguments {
  const { contentType, inputFilter, outputFilter } = spec;
  const byLine = spec.split === undefined ? BY_LINE.some((type) => type === contentType) : spec.split === 'Line';
  const processing = {
    ...(inputFilter === undefined ? {} : { InputFilter: inputFilter }),
    ...(outputFilter === undefined ? {} : { OutputFilter: outputFilter }),
    ...(spec.join === true ? { JoinSource: 'Input' as const } : {}),
  };
  return {
    ModelName: spec.model,
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: spec.input } },
      ContentType: contentType,
      ...(byLine ? { SplitType: 'Line' } : {}),
    },
    TransformOutput: {
      S3OutputPath: spec.output ?? placeOfStep(),
      Accept: spec.accept ?? contentType,
      ...(byLine ? { AssembleWith: 'Line' } : {}),
    },
    TransformResources: { InstanceType: spec.instance.type, InstanceCount: spec.instance.count ?? 1 },
    ...(Object.keys(processing).length === 0 ? {} : { DataProcessing: processing }),
    ...(spec.environment === undefined ? {} : { Environment: spec.environment }),
  };
}
