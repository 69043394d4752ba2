/** That fuzzing would find something, and finds the same again. */
import { describe, expect, test } from 'vitest'
import { judge } from './envelope.ts'
import { makeInput } from './inputs.ts'
import { mutate } from './mutate.ts'
import { createRandom } from './random.ts'

describe('the independent opinion', () => {
  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

  test.each([
    ['nothing', '', 'good'],
    ['an empty resource', '0a 00', 'good'],
    ['a span with a name', '0a 07 12 05 12 03 2a 01 61', 'good'],
    ['an unknown field of each kind', '78 01 79 0000000000000000 7d 00000000 7a 00', 'good'],
    ['a length beyond the end', '0a 05 12 00', 'bad'],
    ['a length beyond its message', '0a 02 12 05 12 03 2a 01 61', 'bad'],
    ['a varint without end', '78 ff', 'bad'],
    ['a group', '0b 0c', 'bad'],
    ['field 0', '02 00', 'bad'],
    ['an attribute of a span that is cut off', '0a 07 12 05 12 03 4a 01 0a', 'open'],
  ])('%s', (_, bytes, opinion) => {
    expect(judge('traces', 'protobuf', hex(bytes))).toBe(opinion)
  })

  test('of the other signals it knows the envelope only', () => {
    expect(judge('logs', 'protobuf', hex('0a 02 12 00'))).toBe('open')
    expect(judge('logs', 'protobuf', hex('0a 02 12'))).toBe('bad')
  })

  test('of JSON, whether it is an object', () => {
    const texts = ['{}', '{"a":1}', '[]', '1', '', '{', '{"a":\u00a01}']
    const opinions = texts.map((text) => judge('traces', 'json', Buffer.from(text)))
    expect(opinions).toEqual(['open', 'open', 'bad', 'bad', 'bad', 'bad', 'bad'])
    expect(judge('traces', 'json', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBe(
      'bad',
    )
  })
})

describe('inputs', () => {
  const opinionOf = (index: number): string => {
    const { signal, encoding, body } = makeInput(1, index)
    return `${signal} ${encoding} ${judge(signal, encoding, body)}`
  }

  test('are the same for the same seed and number, and others for others', () => {
    const bodies = (seed: number) =>
      Array.from({ length: 200 }, (_, index) => makeInput(seed, index).body.toString('base64'))
    expect(bodies(1)).toEqual(bodies(1))
    expect(new Set([...bodies(1), ...bodies(2)]).size).toBeGreaterThan(350)
  })

  test('are good, bad and in between, of every signal', () => {
    const found = new Set(Array.from({ length: 2000 }, (_, index) => opinionOf(index)))
    expect([...found].toSorted()).toEqual([
      'logs json bad',
      'logs json open',
      'logs protobuf bad',
      'logs protobuf open',
      'metrics json bad',
      'metrics json open',
      'metrics protobuf bad',
      'metrics protobuf open',
      'traces json bad',
      'traces json open',
      'traces protobuf bad',
      'traces protobuf good',
      'traces protobuf open',
    ])
  })

  test('leave the bytes that they were made of as they are', () => {
    const body = Buffer.from('some bytes that are right')
    const before = Buffer.from(body)
    for (let index = 0; index < 500; index++) mutate(body, 'protobuf', createRandom(3, index))
    expect(body).toEqual(before)
  })
})
