/** Ways to spoil bytes: some know nothing of what they are, some know protobuf or JSON. */
import type { Encoding } from '../conformance/otlp/case.ts'
import type { Random } from './random.ts'

type Mutation = (body: Buffer, random: Random) => Buffer

/** Inserts stay small and repetitions are few, so that no input grows beyond this by much. */
const MAX_BYTES = 64 * 1024

/** What parsers of protobuf stumble over: overlong and huge varints, groups, field 0. */
const WIRE_BITS = [
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0x80],
  [0x0b],
  [0x0c],
  [0x00],
  [0x07],
  [0x0a, 0x00],
  [0x4a, 0xff, 0x7f],
].map((bytes) => Buffer.from(bytes))

/** The same for JSON: numbers without end, odd escapes, names that mean something in JavaScript. */
const JSON_BITS = [
  '1e999',
  '-0',
  '18446744073709551616',
  '0'.repeat(400),
  '"\\ud800"',
  '"\\u0000"',
  '\u2028',
  '{"__proto__":{"a":1}}',
  '"__proto__":',
  '"constructor":',
  'null',
  '[[[[[[[[',
  '{"a":'.repeat(64),
  ',',
  '"',
  '}',
  ']',
  '\\',
  '/*',
  'NaN',
  '"intValue":"9".5',
].map((text) => Buffer.from(text))

const BIT_FLIP: Mutation = (body, random) => {
  const spoiled = Buffer.from(body)
  if (body.length > 0) spoiled[random.below(body.length)]! ^= 1 << random.below(8)
  return spoiled
}

const BYTE: Mutation = (body, random) => {
  const spoiled = Buffer.from(body)
  if (body.length > 0) spoiled[random.below(body.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff])
  return spoiled
}

const CUT: Mutation = (body, random) => body.subarray(0, random.below(body.length + 1))

const LOSE_START: Mutation = (body, random) => body.subarray(random.below(body.length + 1))

const REMOVE: Mutation = (body, random) => {
  const [from, to] = pickRange(body, random)
  return Buffer.concat([body.subarray(0, from), body.subarray(to)])
}

const REPEAT: Mutation = (body, random) => {
  const [from, to] = pickRange(body, random)
  return splice(body, random.below(body.length + 1), body.subarray(from, to))
}

const SWAP: Mutation = (body, random) => {
  const [from, to] = pickRange(body, random)
  const middle = from + random.below(to - from + 1)
  return Buffer.concat([
    body.subarray(0, from),
    body.subarray(middle, to),
    body.subarray(from, middle),
    body.subarray(to),
  ])
}

function insert(bits: readonly Buffer[]): Mutation {
  return (body, random) => splice(body, random.below(body.length + 1), random.pick(bits))
}

function overwrite(bits: readonly Buffer[]): Mutation {
  return (body, random) => {
    const bit = random.pick(bits)
    const at = random.below(body.length + 1)
    return Buffer.concat([body.subarray(0, at), bit, body.subarray(at + bit.length)])
  }
}

/** Puts a message around all of it, or the same again behind it. */
const NEST: Mutation = (body, random) => {
  const tag = Buffer.from([(random.below(15) << 3) | 2])
  return Buffer.concat([tag, writeVarint(body.length + random.below(3) - 1), body])
}

const TOKENS = '0 9 - e . { } [ ] " , :'.split(' ')

/** One digit, bracket or quote of JSON becomes another. */
const TOKEN: Mutation = (body, random) => {
  const spoiled = Buffer.from(body)
  const places = [...body.keys()].filter((at) =>
    /[0-9{}[\]",:]/.test(String.fromCharCode(body[at]!)),
  )
  if (places.length > 0) spoiled.write(random.pick(TOKENS), random.pick(places))
  return spoiled
}

const ANY = [BIT_FLIP, BYTE, CUT, LOSE_START, REMOVE, REPEAT, SWAP]
const BY_ENCODING: Readonly<Record<Encoding, readonly Mutation[]>> = {
  protobuf: [...ANY, BIT_FLIP, BYTE, insert(WIRE_BITS), overwrite(WIRE_BITS), NEST],
  json: [...ANY, insert(JSON_BITS), overwrite(JSON_BITS), TOKEN, TOKEN],
}

/** The bytes spoiled once to four times; once in a hundred inputs not at all. */
export function mutate(body: Buffer, encoding: Encoding, random: Random): Buffer {
  if (random.below(100) === 0) return body
  let spoiled = body
  for (let times = 1 + random.below(4); times > 0; times--) {
    spoiled = random.pick(BY_ENCODING[encoding])(spoiled, random)
  }
  return spoiled.subarray(0, MAX_BYTES)
}

function pickRange(body: Buffer, random: Random): [from: number, to: number] {
  const from = random.below(body.length + 1)
  return [from, from + random.below(Math.min(body.length - from, 4096) + 1)]
}

function splice(body: Buffer, at: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([body.subarray(0, at), bytes, body.subarray(at)])
}

function writeVarint(value: number): Buffer {
  const bytes: number[] = []
  let rest = Math.max(0, value)
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}
