import pipeline from '../../pipelines/image_inference/pipeline.ts';
import training from '../../pipelines/image_inference/training/pipeline.ts';
import { describeDocument } from './shipped.ts';

describeDocument('image_inference', pipeline, 'image_inference');
describeDocument('image_inference/training', training, 'image_inference_training');
