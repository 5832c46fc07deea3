import type {
  AdditionalInferenceSpecificationDefinition,
  DescribeModelPackageOutput,
  DriftCheckBaselines,
  InferenceSpecification,
  ModelMetrics,
  ModelPackageContainerDefinition,
  S3ModelDataSource,
  SourceAlgorithmSpecification,
} from '@aws-sdk/client-sagemaker';

/** What a URI in a package names. */
export type Reach = 'object' | 'prefix';

/** What is done with each thing that a package names outside itself; the answer stands in its place. */
export interface Visitor {
  /** `required` tells a model's own file from a text that may as well be a place to write to. */
  readonly object: (uri: string, where: string, reach: Reach, required: boolean) => string;
  readonly image: (image: string, where: string) => string;
  /** A member that means nothing in another account. */
  readonly dropped: (where: string, why: string) => void;
}

/** The parts of a package that name objects or images. */
export type PackageContents = Pick<
  DescribeModelPackageOutput,
  | 'InferenceSpecification'
  | 'AdditionalInferenceSpecifications'
  | 'SourceAlgorithmSpecification'
  | 'ModelMetrics'
  | 'DriftCheckBaselines'
  | 'SamplePayloadUrl'
>;

const S3_URI = /^s3:\/\/[^/]+\/./;
/** Where script mode's containers find their code: https://sagemaker.readthedocs.io/en/stable/frameworks/pytorch/using_pytorch.html */
const SUBMIT_DIRECTORY = 'SAGEMAKER_SUBMIT_DIRECTORY';
const STALE_ETAG = 'is the tag of the object in the source account';

/** The same contents with every object and every image as the visitor wants it. */
export function mapContents(contents: PackageContents, visitor: Visitor): PackageContents {
  const {
    InferenceSpecification: inference,
    AdditionalInferenceSpecifications: additional,
    SourceAlgorithmSpecification: algorithms,
    ModelMetrics: metrics,
    DriftCheckBaselines: baselines,
    SamplePayloadUrl: sample,
  } = contents;
  return {
    ...(inference && { InferenceSpecification: mapSpecification(inference, 'InferenceSpecification', visitor) }),
    ...(additional && {
      AdditionalInferenceSpecifications: additional.map((one, index) =>
        mapSpecification(one, `AdditionalInferenceSpecifications[${index}]`, visitor),
      ),
    }),
    ...(algorithms && { SourceAlgorithmSpecification: mapAlgorithms(algorithms, visitor) }),
    ...(metrics && { ModelMetrics: mapSources<ModelMetrics>(metrics, 'ModelMetrics', visitor) }),
    ...(baselines && {
      DriftCheckBaselines: mapSources<DriftCheckBaselines>(baselines, 'DriftCheckBaselines', visitor),
    }),
    ...(sample === undefined
      ? {}
      : {
          SamplePayloadUrl: S3_URI.test(sample) ? visitor.object(sample, 'SamplePayloadUrl', 'object', true) : sample,
        }),
  };
}

function mapSpecification<S extends InferenceSpecification | AdditionalInferenceSpecificationDefinition>(
  specification: S,
  where: string,
  visitor: Visitor,
): S {
  const containers = specification.Containers?.map((container, index) =>
    mapContainer(container, `${where}.Containers[${index}]`, visitor),
  );
  return { ...specification, Containers: containers };
}

function mapContainer(
  container: ModelPackageContainerDefinition,
  where: string,
  visitor: Visitor,
): ModelPackageContainerDefinition {
  const { ImageDigest: digest, ModelDataETag: etag, ...rest } = container;
  const image = rest.Image === undefined ? undefined : visitor.image(rest.Image, `${where}.Image`);
  const sameImage = image === rest.Image;
  if (digest !== undefined && !sameImage) {
    visitor.dropped(`${where}.ImageDigest`, 'is the digest of an image in another registry');
  }
  if (etag !== undefined) visitor.dropped(`${where}.ModelDataETag`, STALE_ETAG);
  const extra = rest.AdditionalS3DataSource;
  if (extra?.ETag !== undefined) visitor.dropped(`${where}.AdditionalS3DataSource.ETag`, STALE_ETAG);
  return {
    ...rest,
    ...(image === undefined ? {} : { Image: image }),
    ...(digest !== undefined && sameImage ? { ImageDigest: digest } : {}),
    ...mapModelData(rest, where, visitor),
    ...(rest.AdditionalModelDataSources && {
      AdditionalModelDataSources: rest.AdditionalModelDataSources.map((source, index) => {
        const path = `${where}.AdditionalModelDataSources[${index}].S3DataSource`;
        return { ...source, S3DataSource: source.S3DataSource && mapDataSource(source.S3DataSource, path, visitor) };
      }),
    }),
    ...(extra?.S3Uri === undefined
      ? {}
      : {
          AdditionalS3DataSource: {
            S3DataType: extra.S3DataType,
            S3Uri: visitor.object(extra.S3Uri, `${where}.AdditionalS3DataSource.S3Uri`, reachOf(extra), true),
            ...(extra.CompressionType === undefined ? {} : { CompressionType: extra.CompressionType }),
          },
        }),
    ...(rest.Environment && { Environment: mapEnvironment(rest.Environment, `${where}.Environment`, visitor) }),
  };
}

function mapModelData(
  {
    ModelDataUrl: url,
    ModelDataSource: source,
  }: Pick<ModelPackageContainerDefinition, 'ModelDataUrl' | 'ModelDataSource'>,
  where: string,
  visitor: Visitor,
): Pick<ModelPackageContainerDefinition, 'ModelDataUrl' | 'ModelDataSource'> {
  const uncompressed = source?.S3DataSource;
  return {
    ...(url === undefined ? {} : { ModelDataUrl: visitor.object(url, `${where}.ModelDataUrl`, 'object', true) }),
    ...(uncompressed === undefined
      ? {}
      : {
          ModelDataSource: {
            S3DataSource: mapDataSource(uncompressed, `${where}.ModelDataSource.S3DataSource`, visitor),
          },
        }),
  };
}

function mapDataSource(source: S3ModelDataSource, where: string, visitor: Visitor): S3ModelDataSource {
  const { ETag: etag, ManifestEtag: manifestEtag, ...rest } = source;
  if (etag !== undefined) visitor.dropped(`${where}.ETag`, STALE_ETAG);
  if (manifestEtag !== undefined) visitor.dropped(`${where}.ManifestEtag`, STALE_ETAG);
  // A hub's content lies in a bucket of SageMaker's own, which the hub gives every account access to.
  if (rest.HubAccessConfig !== undefined || rest.S3Uri === undefined) return rest;
  return {
    ...rest,
    S3Uri: visitor.object(rest.S3Uri, `${where}.S3Uri`, reachOf(rest), true),
    ...(rest.ManifestS3Uri === undefined
      ? {}
      : { ManifestS3Uri: visitor.object(rest.ManifestS3Uri, `${where}.ManifestS3Uri`, 'object', true) }),
  };
}

function reachOf({ S3DataType: type }: { readonly S3DataType?: string | undefined }): Reach {
  return type === 'S3Prefix' ? 'prefix' : 'object';
}

function mapEnvironment(
  environment: Readonly<Record<string, string>>,
  where: string,
  visitor: Visitor,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      if (!S3_URI.test(value)) return [name, value];
      const isCode = name === SUBMIT_DIRECTORY;
      return [name, visitor.object(value, `${where}.${name}`, 'object', isCode)];
    }),
  );
}

function mapAlgorithms(specification: SourceAlgorithmSpecification, visitor: Visitor): SourceAlgorithmSpecification {
  const where = 'SourceAlgorithmSpecification.SourceAlgorithms';
  return {
    SourceAlgorithms: specification.SourceAlgorithms?.map(({ ModelDataETag: etag, ...algorithm }, index) => {
      if (etag !== undefined) visitor.dropped(`${where}[${index}].ModelDataETag`, STALE_ETAG);
      return { ...algorithm, ...mapModelData(algorithm, `${where}[${index}]`, visitor) };
    }),
  };
}

/** Metrics and baselines are trees whose leaves are `{ S3Uri, ContentType, … }`. */
function mapSources<T extends object>(tree: T, where: string, visitor: Visitor): T {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]: [string, unknown]) => {
      const path = `${where}.${name}`;
      if (name === 'S3Uri' && typeof value === 'string') return [name, visitor.object(value, path, 'object', true)];
      return [name, typeof value === 'object' && value !== null ? mapSources(value, path, visitor) : value];
    }),
  ) as T;
}
