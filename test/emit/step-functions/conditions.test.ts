import { describe, expect, test } from 'vitest';
import { jsonGet, join as joinText, parameter, step, when } from 'sagemaker-pipelines';
import { accepted, evaluate, machineOf, train } from './machine-of.ts';

describe('conditions', () => {
  const Threshold = parameter.float({ default: 0.8 });

  test('read the file first, then choose, and both sides go on', () => {
    const scored = evaluate('Score');
    const auc = jsonGet<number>(scored.propertyFile('Report'), 'binary.auc[0].value');
    const gate = step.condition('Good', {
      Conditions: [when(auc, '>=', Threshold)],
      IfSteps: [train('Keep')],
      ElseSteps: [step.fail('Bad', { ErrorMessage: joinText`only ${Threshold}` })],
    });
    const { states } = machineOf({ Threshold }, gate, train('After', { dependsOn: [gate] }));

    expect(states['Score']).toMatchObject({ Next: 'file Score.PropertyFiles.Report' });
    expect(states['file Score.PropertyFiles.Report']).toMatchObject({
      Resource: 'arn:aws:states:::aws-sdk:s3:getObject',
      Parameters: {
        'Bucket.$': '$.Parameters.ArtifactBucket',
        'Key.$': "States.Format('{}/{}/m/report.json', $$.StateMachine.Name, $$.Execution.Name)",
      },
      ResultSelector: { 'value.$': 'States.StringToJson($.Body)' },
      Next: 'Good',
    });
    expect(states['Good']).toEqual({
      Type: 'Choice',
      Choices: [
        {
          Variable: "$.Steps['file Score.PropertyFiles.Report'].value.binary.auc[0].value",
          NumericGreaterThanEqualsPath: '$.Parameters.Threshold',
          Next: 'Keep',
        },
      ],
      Default: 'Bad',
    });
    expect(states['Keep']).toMatchObject({ Next: 'After' });
    expect(states['Bad']).toEqual({
      Type: 'Fail',
      Error: 'Bad',
      CausePath: "States.Format('only {}', $.Parameters.Threshold)",
    });
  });

  test('keep what they came to where a later step asks', () => {
    const first = step.condition('First', { Conditions: [when(Threshold, '>', 0.5)] });
    const asks = step.condition('Asks', { Conditions: [when(first.properties.Outcome, '==', true)] });
    const { states } = machineOf({ Threshold }, asks);

    expect(states['First']).toMatchObject({ Choices: [{ Next: 'First: true' }], Default: 'First: false' });
    expect(states['First: false']).toEqual({
      Type: 'Pass',
      Result: { Outcome: false },
      ResultPath: '$.Steps.First',
      Next: 'Asks',
    });
    expect(states['Asks']).toMatchObject({ Choices: [{ Variable: '$.Steps.First.Outcome', BooleanEquals: true }] });
  });

  test('lead nowhere else when both sides fail', () => {
    const { states } = accepted({
      Version: '2020-12-01',
      Steps: [
        {
          Name: 'Choose',
          Type: 'Condition',
          Arguments: {
            Conditions: [{ Type: 'In', QueryValue: 'a', Values: [] }],
            IfSteps: [{ Name: 'Yes', Type: 'Fail', Arguments: { ErrorMessage: { Get: 'Parameters.Count' } } }],
            ElseSteps: [{ Name: 'No', Type: 'Fail', Arguments: {} }],
          },
        },
      ],
      Parameters: [{ Name: 'Count', Type: 'Integer' }],
    });

    expect(Object.keys(states)).toEqual(['Parameters', 'Choose', 'Yes', 'No']);
    expect(states['Choose']).toMatchObject({ Choices: [{ Variable: '$.Steps', IsPresent: false }] });
    expect(states['Yes']).toMatchObject({ CausePath: "States.Format('{}', $.Parameters.Count)" });
  });

  test('ask whether a value is null', () => {
    const isNull = { Type: 'Equals', LeftValue: { Get: 'Parameters.Note' }, RightValue: null };
    const { states } = accepted({
      Version: '2020-12-01',
      Parameters: [{ Name: 'Note', Type: 'String' }],
      Steps: [{ Name: 'Choose', Type: 'Condition', Arguments: { Conditions: [isNull], IfSteps: [], ElseSteps: [] } }],
    });

    expect(states['Choose']).toMatchObject({ Choices: [{ Variable: '$.Parameters.Note', IsNull: true }] });
  });
});
