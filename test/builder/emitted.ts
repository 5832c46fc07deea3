import {
  type Diagnostic,
  type Json,
  type Pipeline,
  type PipelineDocument,
  definePipeline,
  emit,
  step,
} from 'sagemaker-pipelines';

/** What a value becomes as the argument `value` of a step, with the document around it and what is wrong with it. */
export function emitted(
  value: unknown,
  parameters: Pipeline['parameters'] = {},
): { value: Json | undefined; diagnostics: readonly Diagnostic[]; definition: PipelineDocument } {
  const steps = [step.custom('Reader', 'Training', { value })];
  const { definition, diagnostics } = emit(definePipeline({ name: 'p', parameters, steps }), { region: 'eu-west-1' });
  const reader = definition.Steps.find(({ Name }) => Name === 'Reader')!;
  return { value: reader.Arguments['value'], diagnostics, definition };
}
