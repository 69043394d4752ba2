import { expect, test } from 'vitest'
import { mergeOperations } from './merge-operations.ts'
import type { Operation } from './operation.ts'

const first: Operation = {
  dialect: 'a',
  role: 'container',
  name: 'invoke_agent',
  requestModel: 'gpt-5',
  usage: { inputTokens: 10 },
}
const second: Operation = {
  dialect: 'b',
  role: 'leaf',
  name: 'chat',
  provider: 'openai',
  requestModel: 'gpt-4o',
  responseId: 'r1',
  usage: { inputTokens: 12, outputTokens: 3 },
  inclusive: true,
  rawUsage: { input: 12, output: 3 },
}

test('what the first leaves open is taken from the second, usage never', () => {
  expect(mergeOperations(first, second)).toEqual({
    ...first,
    provider: 'openai',
    responseId: 'r1',
  })
})
