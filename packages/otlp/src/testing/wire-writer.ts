/**
 * Protobuf messages as trees of fields, for tests. It shares nothing with the code under test, and
 * can write what no encoder writes: fields in any order, unknown fields, padded varints. A test
 * edits the tree and writes it again to know to the byte what a patch has to give.
 */

export interface Leaf {
  readonly kind: 'leaf'
  /** The tag and the value. */
  readonly bytes: Uint8Array
}

export interface Branch {
  readonly kind: 'branch'
  readonly number: number
  readonly fields: readonly Field[]
  /** At least so many bytes for the tag and for the length; 1 where absent. */
  readonly tagWidth?: number
  readonly lengthWidth?: number
  /** The key of a `KeyValue`, so that tests need not parse what they wrote. */
  readonly key?: string
}

export type Field = Leaf | Branch

/** A varint of at least `width` bytes: `80 80 00` is 0 in three. */
export function varint(value: number | bigint, width = 1): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 0x7fn || bytes.length + 1 < width) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return Uint8Array.from([...bytes, Number(rest)])
}

export function tag(number: number, wireType: number, width = 1): Uint8Array {
  return varint(number * 8 + wireType, width)
}

export function varintField(number: number, value: number | bigint, width = 1): Leaf {
  return leaf(tag(number, 0), varint(value, width))
}

export function fixed64Field(number: number, value: bigint): Leaf {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
  return leaf(tag(number, 1), bytes)
}

export function doubleField(number: number, value: number): Leaf {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return leaf(tag(number, 1), bytes)
}

export function fixed32Field(number: number, value: number): Leaf {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return leaf(tag(number, 5), bytes)
}

export function bytesField(number: number, content: Uint8Array | string, width = 1): Leaf {
  const bytes = Buffer.from(content)
  return leaf(tag(number, 2), varint(bytes.length, width), bytes)
}

export function message(number: number, ...fields: readonly Field[]): Branch {
  return { kind: 'branch', number, fields }
}

export function leaf(...parts: readonly Uint8Array[]): Leaf {
  return { kind: 'leaf', bytes: Buffer.concat(parts) }
}

export function write(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(writeField))
}

function writeField(field: Field): Uint8Array[] {
  if (field.kind === 'leaf') return [field.bytes]
  const content = write(field.fields)
  const { number, tagWidth = 1, lengthWidth = 1 } = field
  return [tag(number, 2, tagWidth), varint(content.length, lengthWidth), content]
}

/** An `AnyValue` as the content of a `KeyValue`'s value or of a list's item. */
export const anyValue = {
  string: (value: string): Leaf => bytesField(1, value),
  bool: (value: boolean): Leaf => varintField(2, value ? 1 : 0),
  int: (value: number | bigint): Leaf => varintField(3, value),
  double: (value: number): Leaf => doubleField(4, value),
  list: (...items: readonly Field[]): Branch =>
    message(5, ...items.map((item) => message(1, item))),
  map: (...attributes: readonly Branch[]): Branch =>
    message(6, ...attributes.map((attribute) => ({ ...attribute, number: 1 }))),
  bytes: (value: Uint8Array): Leaf => bytesField(7, value),
}

/** A `KeyValue` in field `number`. */
export function keyValue(number: number, key: string, ...value: readonly Field[]): Branch {
  return { ...message(number, bytesField(1, key), message(2, ...value)), key }
}
