import { type PythonEnvironment, pythonEnvironment } from '../../../../support/python-environment.ts';

/** What the image `sagemaker-scikit-learn:1.2-1` holds, as near as wheels for today's interpreters come to it. */
export function scikitLearnEnvironment(): Promise<PythonEnvironment> {
  const requirements = ['numpy==1.24.4', 'pytest==8.4.2', 'scikit-learn==1.2.1', 'scipy==1.10.1'];
  return pythonEnvironment({ name: 'scikit-learn', requirements });
}

/** The image `sagemaker-xgboost:3.0-5`; the package for processors alone brings no CUDA. */
export function xgboostEnvironment(): Promise<PythonEnvironment> {
  return pythonEnvironment({ name: 'xgboost', requirements: ['numpy==2.1.0', 'scipy==1.15.0', 'xgboost-cpu==3.0.5'] });
}

/** PyTorch with transformers: one environment for both, since it may be gigabytes. */
export function torchEnvironment(): Promise<PythonEnvironment> {
  return pythonEnvironment({
    name: 'transformers',
    requirements: ['numpy==2.1.0', 'torch==2.13.0', 'transformers==4.57.1'],
  });
}
