import protobuf from 'protobufjs'
import type { HttpAnswer } from './requests.ts'

/** google.rpc.Status, as far as OTLP/HTTP needs it; its definition is public. */
const Status = new protobuf.Type('Status')
  .add(new protobuf.Field('code', 1, 'int32'))
  .add(new protobuf.Field('message', 2, 'string'))

/**
 * The `Status` that every OTLP/HTTP error carries, and its encoding: the answer's content type.
 * Throws where there is none, or where it does not say what is wrong.
 */
export function readStatus({ headers, body }: HttpAnswer): { encoding: string; code: number } {
  const encoding = headers['content-type'] ?? ''
  const isJson = encoding === 'application/json'
  const read: unknown = isJson ? JSON.parse(body.toString()) : Status.decode(body).toJSON()
  const { code, message } = read as { code?: number; message?: string }
  if (code === undefined || !message) throw new Error(`no Status: ${body.toString('latin1')}`)
  return { encoding, code }
}
