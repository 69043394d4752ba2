/**
 * `google.rpc.Status` in protobuf, put together by hand from
 * https://github.com/googleapis/googleapis (google/rpc/status.proto, error_details.proto).
 */

const RETRY_INFO_URL = 'type.googleapis.com/google.rpc.RetryInfo'

/** 1: the code, 2: the message, 3: the details, here a RetryInfo of less than 128 seconds. */
export function writeStatus(code: number, message: string, retrySeconds?: number): Buffer {
  const text = Buffer.from(message)
  const fields: Buffer[] = [Buffer.from([0x08, code])]
  if (text.length > 0) fields.push(Buffer.from([0x12]), writeLength(text.length), text)
  if (retrySeconds !== undefined) {
    // Any: 1: the type's name, 2: the value. In it 1: a Duration. In it 1: the seconds.
    const url = Buffer.from(RETRY_INFO_URL)
    const value = [0x12, 4, 0x0a, 2, 0x08, retrySeconds]
    const any = Buffer.from([0x0a, url.length, ...url, ...value])
    fields.push(Buffer.from([0x1a]), writeLength(any.length), any)
  }
  return Buffer.concat(fields)
}

/** A varint of up to two bytes. */
function writeLength(length: number): Buffer {
  return Buffer.from(length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7])
}
