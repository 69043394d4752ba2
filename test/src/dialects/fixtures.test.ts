import { splitUsage, type Operation } from '@spancost/genai'
import { describe, expect, test, type TestContext } from 'vitest'
import {
  describeOperation,
  listCaptures,
  readCapture,
  recognizeScenario,
} from '../captures/captures.ts'
import { EXPECTED, type Expected } from '../captures/expected-operations.ts'

function findExpected(expected: Expected, scenario: string): readonly string[] {
  const [, ...operations] =
    expected.find(([scenarios]) => scenarios.split(' ').includes(scenario)) ?? []
  return operations
}

describe.each(Object.entries(EXPECTED))('%s', (file, expected) => {
  test('each scenario has the operations that it should', (context) => {
    const scenarios = readCapture(context, file)
    const recognized = scenarios.map((each) => [
      each.scenario,
      recognizeScenario(each).map(({ operation }) => describeOperation(operation)),
    ])
    expect(recognized).toEqual(
      scenarios.map(({ scenario }) => [scenario, findExpected(expected, scenario)]),
    )
  })

  test('one operation is left for each call once the roots are set aside', (context) => {
    const scenarios = readCapture(context, file)
    const doubled = scenarios.filter((each) => {
      const roles = recognizeScenario(each).map(({ operation }) => operation.role)
      return roles.filter((role) => role === 'leaf').length > 1
    })
    expect(doubled.map(({ scenario }) => scenario)).toEqual([])
  })

  test('no usage is bad, and raw counts are kept', (context) => {
    const scenarios = readCapture(context, file)
    for (const { operation } of scenarios.flatMap(recognizeScenario)) {
      expect(splitUsage(operation.usage).kind).not.toBe('bad_usage')
      if (Object.keys(operation.usage).length > 0) expect(operation.rawUsage).toBeDefined()
    }
  })
})

test('every capture that is there is stated', (context) => {
  expect(Object.keys(EXPECTED).toSorted()).toEqual(listCaptures(context))
})

describe('the span of', () => {
  function findOne(context: TestContext, file: string, scenario: string): Operation | undefined {
    const found = readCapture(context, file).find((each) => each.scenario === scenario)
    return found && recognizeScenario(found)[0]?.operation
  }

  test('OpenLIT keeps its estimate beside our price, as an estimate', (context) => {
    expect(findOne(context, 'spans-openlit-openai7-cjs.json', 'chat')).toMatchObject({
      dialect: 'openlit',
      scopeName: '@openlit/instrumentation-openai',
      scopeVersion: '1.0.0',
      responseId: 'chatcmpl-fake1',
      inclusive: true,
      reportedCost: { amount: '0', currency: 'USD', source: 'local', key: 'gen_ai.usage.cost' },
    })
  })

  test('OpenLLMetry keeps the counts as it reported them', (context) => {
    expect(findOne(context, 'spans-traceloop-anthropic0-cjs.json', 'messages')).toMatchObject({
      dialect: 'openllmetry',
      inclusive: false,
      rawUsage: { input: 25, output: 90, total: 115, cacheRead: 2000, cacheWrite: 300 },
    })
  })

  test('OpenLLMetry keeps the estimate of an image, and nothing is billed by it', (context) => {
    expect(findOne(context, 'spans-traceloop-openai6-cjs.json', 'images_generate')).toMatchObject({
      usage: {},
      rawUsage: { output: 1056, total: 1056 },
    })
  })
})
