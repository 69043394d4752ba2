import {
  createCipheriv,
  createECDH,
  createPrivateKey,
  hkdfSync,
  randomBytes,
  sign,
} from 'node:crypto'

/** What a browser gives for the messages to it (`PushSubscription.getKey`), base64url. */
export interface PushKeys {
  readonly p256dh: string
  readonly auth: string
}

/** The sender's part of a message, which is random but in tests. */
interface Sender {
  readonly privateKey: Buffer
  readonly salt: Buffer
}

const CURVE = 'prime256v1'
const PUBLIC_KEY_BYTES = 65
const RECORD_BYTES = 4096

/**
 * A message that only the browser can read, as one record of `aes128gcm` (RFC 8188, 8291).
 * @throws Error where a key is none.
 */
export function encryptPush(
  text: Uint8Array,
  keys: PushKeys,
  { privateKey, salt }: Sender = { privateKey: createPair(), salt: randomBytes(16) },
): Buffer<ArrayBuffer> {
  const ecdh = createECDH(CURVE)
  ecdh.setPrivateKey(privateKey)
  const own = ecdh.getPublicKey()
  const theirs = Buffer.from(keys.p256dh, 'base64url')
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, own])
  const shared = ecdh.computeSecret(theirs)
  const secret = derive(shared, Buffer.from(keys.auth, 'base64url'), info, 32)
  const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  // The last record is padded with one 2.
  const sealed = [cipher.update(text), cipher.update(Buffer.of(2)), cipher.final()]
  const size = Buffer.alloc(4)
  size.writeUInt32BE(RECORD_BYTES)
  const head = [salt, size, Buffer.of(PUBLIC_KEY_BYTES), own]
  return Buffer.concat([...head, ...sealed, cipher.getAuthTag()])
}

function createPair(): Buffer {
  const pair = createECDH(CURVE)
  pair.generateKeys()
  // Leading zeros are left out of what Node gives.
  const key = pair.getPrivateKey()
  return Buffer.concat([Buffer.alloc(32 - key.length), key])
}

function derive(from: Buffer, salt: Buffer, info: Buffer, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', from, salt, info, bytes))
}

/** Who sends: the pair of keys that browsers subscribed to, base64url, and a contact. */
export interface Vapid {
  /** `mailto:...` or `https://...` */
  readonly subject: string
  readonly publicKey: string
  readonly privateKey: string
}

/**
 * The value of `Authorization` for a push service (RFC 8292), good for twelve hours.
 * @throws Error where the keys are no pair.
 */
export function signPush(endpoint: string, vapid: Vapid, nowUnixMs: number): string {
  const { subject, publicKey, privateKey } = vapid
  const point = Buffer.from(publicKey, 'base64url')
  if (point.length !== PUBLIC_KEY_BYTES) throw new Error('publicKey is no key of 65 bytes')
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
      d: privateKey,
    },
  })
  const exp = Math.floor(nowUnixMs / 1000) + 12 * 3600
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const claims = { aud: new URL(endpoint).origin, exp, sub: subject }
  const signed = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
  return `vapid t=${signed}.${signature.toString('base64url')}, k=${publicKey}`
}
