import { definePipeline, step, unsafe } from 'sagemaker-pipelines';
import { NAME } from './pieces.ts';

const register = step.registerModel('R-RegisterModel', {
  InferenceSpecification: {
    Containers: [{ Image: 'img:1', ModelDataUrl: 's3://b/m.tar.gz' }],
    SupportedContentTypes: ['text/csv'],
    SupportedResponseMIMETypes: ['text/csv'],
    // The example's types are none of AWS's.
    SupportedRealtimeInferenceInstanceTypes: [unsafe('a')],
    SupportedTransformInstanceTypes: [unsafe('b')],
  },
  ModelApprovalStatus: 'PendingManualApproval',
  SkipModelValidation: 'None',
});

export default definePipeline({ name: NAME, steps: [register] });
