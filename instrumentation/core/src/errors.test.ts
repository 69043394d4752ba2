import { expect, test } from 'vitest'
import { describeError } from './errors.ts'

class APIError extends Error {
  readonly code: unknown
  readonly type: unknown

  constructor(code: unknown, type?: unknown) {
    super('may quote the prompt')
    this.code = code
    this.type = type
  }
}

test.each([
  [new TypeError('x'), 'TypeError', 'TypeError'],
  [new APIError('server_overloaded'), 'server_overloaded', 'server_overloaded'],
  [new APIError(null, 'server_error'), 'server_error', 'server_error'],
  [new APIError('a sentence, not a code'), 'Error', 'Error'],
  [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'ECONNRESET', 'ECONNRESET'],
  [new DOMException('x', 'AbortError'), 'AbortError', 'AbortError'],
  [
    Object.assign(new RangeError('x'), { status: 500, code: 'internal' }),
    'RangeError',
    'RangeError 500 internal',
  ],
  [Object.assign(new RangeError('x'), { statusCode: 429 }), 'RangeError', 'RangeError 429'],
  [Object.assign(new RangeError('x'), { status_code: 404 }), 'RangeError', 'RangeError 404'],
  ['text', '_OTHER', '_OTHER'],
  [undefined, '_OTHER', '_OTHER'],
  [Object.create(null), '_OTHER', '_OTHER'],
])('%s is of type %s', (error, type, summary) => {
  expect(describeError(error)).toEqual({ type, summary })
})
