/** An object that data capture writes. */
interface CaptureManifest {
  readonly uri: string;
  readonly body: string;
}

/** What a finished job leaves to data capture. */
interface CapturedJob {
  /** `DataCaptureConfig.DestinationS3Uri` */
  readonly destination: string;
  readonly began: Date;
  /** An identifier nobody has had before, for each manifest. */
  readonly identify: () => string;
  /** Where names of inputs and of outputs begin, and the names. */
  readonly input: { readonly prefix: string; readonly names: readonly string[] };
  readonly output: { readonly prefix: string; readonly names: readonly string[] };
}

/**
 * What `DataCaptureConfig` writes: a manifest of the inputs and one of the outputs, by the hour in which the job began.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html
 */
export function captureManifests({ destination, began, identify, ...sides }: CapturedJob): readonly CaptureManifest[] {
  // 2023-01-21T01:29:04Z, of which the hour is the last that counts.
  const [year, month, day, hour] = began.toISOString().split(/[-T:]/);
  const root = destination.replace(/\/+$/, '');
  return (['input', 'output'] as const).map((side) => {
    const { prefix, names } = sides[side];
    return {
      uri: `${root}/${side}/${year}/${month}/${day}/${hour}/${identify()}.json`,
      body: JSON.stringify([{ prefix: prefix.endsWith('/') ? prefix : `${prefix}/` }, ...names]),
    };
  });
}
