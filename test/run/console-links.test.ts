import { expect, test } from 'vitest';

import { consoleLinks, logPlace, readArn } from '../../src/run/console-links.ts';
import { executionLink } from '../../src/run/step-functions/history.ts';

test.each([
  ['aws', 'eu-west-1', 'eu-west-1.console.aws.amazon.com'],
  ['aws-cn', 'cn-north-1', 'console.amazonaws.cn'],
  ['aws-us-gov', 'us-gov-west-1', 'console.amazonaws-us-gov.com'],
])('a job in the partition %s has its page and its log there', (partition, region, host) => {
  const resource = readArn(`arn:${partition}:sagemaker:${region}:111122223333:training-job/train-1`)!;
  expect(consoleLinks(resource)).toEqual([
    { title: 'training job', target: `https://${host}/sagemaker/home?region=${region}#/jobs/train-1` },
    {
      title: 'log',
      target: `https://${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3Dtrain-1$252F`,
    },
  ]);
});

test.each([
  ['aws-eusc', 'eusc-de-east-1'],
  ['aws-iso', 'us-iso-east-1'],
])('a job in the partition %s has no page that we know of', (partition, region) => {
  expect(consoleLinks(readArn(`arn:${partition}:sagemaker:${region}:111122223333:training-job/train-1`)!)).toEqual([]);
});

test('an execution of Step Functions has its page in the console of its partition', () => {
  const arn = 'arn:aws-us-gov:states:us-gov-west-1:111122223333:execution:nightly:run';
  const target = `https://console.amazonaws-us-gov.com/states/home?region=us-gov-west-1#/v2/executions/details/${arn}`;
  expect(executionLink(arn)).toEqual([{ title: 'execution', target }]);
});

test.each([
  ['sagemaker:eu-west-1:1:processing-job/p', { group: '/aws/sagemaker/ProcessingJobs', prefix: 'p/' }],
  ['sagemaker:eu-west-1:1:transform-job/t', { group: '/aws/sagemaker/TransformJobs', prefix: 't/' }],
  ['sagemaker:eu-west-1:1:hyper-parameter-tuning-job/h', { group: '/aws/sagemaker/TrainingJobs', prefix: 'h-' }],
  ['lambda:eu-west-1:1:function:approve', { group: '/aws/lambda/approve', prefix: '' }],
  ['sagemaker:eu-west-1:1:model/m', undefined],
  ['sagemaker:eu-west-1:1:model-package/group/1', undefined],
])('the log of %s', (rest, place) => {
  expect(logPlace(readArn(`arn:aws:${rest}`)!)).toEqual(place);
});

test('what is no ARN is none', () => {
  expect(readArn('train-1')).toBeUndefined();
  expect(readArn('arn:aws:s3:::bucket')).toBeUndefined();
});
