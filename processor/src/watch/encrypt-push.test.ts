import { createECDH, createPublicKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { encryptPush, signPush } from './encrypt-push.ts'

test('a message is encrypted as in the example of RFC 8291, appendix A', () => {
  const keys = {
    p256dh:
      'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  }
  const sender = {
    privateKey: Buffer.from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url'),
    salt: Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url'),
  }
  const text = Buffer.from('When I grow up, I want to be a watermelon')
  expect(encryptPush(text, keys, sender).toString('base64url')).toBe(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc' +
      'InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVW' +
      'GNWQexSgSxsj_Qulcy4a-fN',
  )
})

test('each message has a key and a salt of its own', () => {
  const browser = createECDH('prime256v1')
  const keys = { p256dh: browser.generateKeys('base64url'), auth: 'BTBZMqHH6r4Tts7J_aSIgg' }
  const text = Buffer.from('hello')
  expect(encryptPush(text, keys)).not.toEqual(encryptPush(text, keys))
})

test('a push service can tell who sends', () => {
  const pair = createECDH('prime256v1')
  const publicKey = pair.generateKeys('base64url')
  const vapid = {
    subject: 'mailto:ops@example.com',
    publicKey,
    privateKey: pair.getPrivateKey('base64url'),
  }
  const header = signPush('https://push.example:8443/send/1?x=2', vapid, 1_000_000_999)
  const [, signed = '', signature = '', k] =
    /^vapid t=([^.]+\.[^.]+)\.([^.,]+), k=(.+)$/.exec(header) ?? []
  expect(k).toBe(publicKey)
  const [head = '', claims = ''] = signed.split('.')
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({
    typ: 'JWT',
    alg: 'ES256',
  })
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
    aud: 'https://push.example:8443',
    exp: 1_000_000 + 43_200,
    sub: 'mailto:ops@example.com',
  })
  const point = Buffer.from(publicKey, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) =>
    part.toString('base64url'),
  )
  const jwk = { kty: 'EC', crv: 'P-256', x: x!, y: y! }
  const key = createPublicKey({ format: 'jwk', key: jwk })
  const options = { key, dsaEncoding: 'ieee-p1363' } as const
  const given = Buffer.from(signature, 'base64url')
  expect(verify('sha256', Buffer.from(signed), options, given)).toBe(true)
  expect(() => signPush('https://a', { ...vapid, publicKey: 'abc' }, 0)).toThrow(/65 bytes/)
})
