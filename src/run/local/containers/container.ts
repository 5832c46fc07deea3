import type { Diagnostic } from '../../../definition/diagnostic.ts';

/** What a job says while it runs. */
export type Listener = (stream: 'stdout' | 'stderr', line: string) => void;

/**
 * A processing or training job as its container sees it. The one who asks has laid out `folder` as SageMaker lays out
 * `/opt/ml` (inputs, `config/`, channels, `input/config/*.json`) and reads the outputs out of it afterwards.
 */
export interface ContainerJob {
  readonly kind: 'processing' | 'training';
  readonly name: string;
  /** The step that it is of, for what is told while it is made ready. */
  readonly step?: string;
  readonly image: string;
  /** The document's own; a managed image's entry point where there is none. */
  readonly entrypoint?: readonly string[];
  readonly arguments?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** On this machine; the job sees it as `/opt/ml`. */
  readonly folder: string;
  readonly hyperparameters?: Readonly<Record<string, string>>;
  /** From `StoppingCondition`. */
  readonly secondsAtMost?: number;
}

/** How a job ended. */
export interface ContainerEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Its time was over. */
  readonly timedOut: boolean;
  /** What it wrote to `/opt/ml/output/failure`. */
  readonly failure?: string;
}

/** One container of a model. */
export interface ModelContainer {
  /** The step that asks for it, for what is told while it is made ready. */
  readonly step?: string;
  readonly image: string;
  /** The unpacked model archive; the server sees it as `/opt/ml/model`. */
  readonly folder: string;
  /** As the document gives it, with what Batch Transform adds (`SAGEMAKER_BATCH` …). */
  readonly environment: Readonly<Record<string, string>>;
}

/** A model server that answers `/ping`. */
export interface ModelServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The last lines it wrote. */
  readonly tail: () => readonly string[];
  /** Settles when it has ended by itself. */
  readonly ended: Promise<ContainerEnd>;
  readonly stop: () => Promise<void>;
}

/** Whatever can stand in for SageMaker's containers on this machine: processes, or Docker. */
export interface Containers {
  /**
   * What is different here from what the images would do, and what cannot be run at all (errors), known before the run:
   * `environment-substituted`, `image-not-supported`, `path-outside-opt-ml`.
   */
  readonly inspect: (work: ReadonlyArray<ContainerJob | ModelContainer>) => Promise<readonly Diagnostic[]>;
  /** What stands in for an image, so that a result of one stand-in is not taken for that of another. */
  readonly identify: (image: string) => Promise<string | null>;
  readonly run: (job: ContainerJob, listen: Listener, signal: AbortSignal) => Promise<ContainerEnd>;
  readonly serve: (model: ModelContainer, listen: Listener, signal: AbortSignal) => Promise<ModelServer>;
}
