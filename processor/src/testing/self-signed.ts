/** A certificate for 127.0.0.1 that is its own authority, written in DER by hand (RFC 5280). */
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface SelfSigned {
  readonly cert: string
  readonly key: string
  /** The same in files. */
  readonly certPath: string
  readonly keyPath: string
  remove(): Promise<void>
}

export async function createSelfSigned(): Promise<SelfSigned> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('spancost test')))))
  const validity = sequence(utcTime('200101000000Z'), utcTime('491231235959Z'))
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const tbs = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(basicConstraints(), alternativeName())),
  )
  const signature = sign('sha256', tbs, privateKey)
  const bits = der(0x03, Buffer.from([0]), signature)
  const base64 = sequence(tbs, ecdsaWithSha256, bits).toString('base64')
  const cert = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

  const folder = await mkdtemp(path.join(tmpdir(), 'spancost-tls-'))
  const [certPath, keyPath] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')]
  await Promise.all([writeFile(certPath, cert), writeFile(keyPath, key)])
  return { cert, key, certPath, keyPath, remove: () => rm(folder, { recursive: true }) }
}

/** Critical, and true: it may sign, as it does itself. */
function basicConstraints(): Buffer {
  const yes = der(0x01, Buffer.from([0xff]))
  return sequence(oid('551d13'), yes, der(0x04, sequence(yes)))
}

function alternativeName(): Buffer {
  return sequence(oid('551d11'), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])))))
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}

function sequence(...items: Buffer[]): Buffer {
  return der(0x30, ...items)
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.from([value]))
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text))
}
