import { createDecipheriv, createECDH, hkdfSync, type ECDH } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, test } from 'vitest'
import { startHttpDestination, type HttpDestination } from '../../testing/http-destination.ts'
import { trimNotice, type Notice } from '../notice.ts'
import { PermanentError, sendNotice } from '../send.ts'
import { createChannel, type ChannelOptions } from './index.ts'

/** Made of what people could put on a span to break what shows it. */
const EVIL = '<script>alert(1)</script> *bold* <!channel> [x](http://evil)\r\nBcc: all@example.com'

const NOTICE: Notice = trimNotice({
  key: 'budget/search/month:2026-11-01/spent/80',
  status: 'firing',
  level: 'warning',
  title: `Budget ${EVIL} is used to 80 %`,
  text: `812.5 of 1000 USD are spent by ${EVIL}.`,
  facts: [
    { name: 'spent', value: '812.5 USD' },
    { name: 'team', value: EVIL },
  ],
  atUnixMs: Date.parse('2026-11-23T10:00:00Z'),
  sinceUnixMs: Date.parse('2026-11-23T09:59:00Z'),
  budgetId: 'search',
  owner: 'olga',
  url: 'https://spancost.example/budgets/search?x=1&y=2',
})
const RESOLVED: Notice = { ...NOTICE, status: 'resolved' }

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function startSink(status = 200): Promise<HttpDestination> {
  const sink = await startHttpDestination((response) => response.writeHead(status).end('told you'))
  stops.push(() => sink.stop())
  return sink
}

async function send(options: (url: string) => ChannelOptions, notice = NOTICE) {
  const sink = await startSink()
  await createChannel(options(sink.endpoint))(notice, AbortSignal.timeout(5000))
  const [sent] = sink.requests
  if (sent === undefined) throw new Error('nothing came')
  const body: unknown = sent.body.toString().startsWith('{') ? JSON.parse(String(sent.body)) : sent
  return { sent, body, text: sent.body.toString() }
}

describe('slack', () => {
  test('gets text in which nothing is markup, a link or a mention', async () => {
    const { body, text } = await send((url) => ({ type: 'slack', url: `${url}/hook` }))
    expect(body).toMatchObject({
      text: expect.stringMatching(/^\[warning\] Budget &lt;script&gt;alert/) as unknown,
      blocks: [{ type: 'section', text: { type: 'mrkdwn' } }],
    })
    expect(text).not.toMatch(/<script|<!channel/)
    expect(text).toContain('&lt;!channel&gt;')
  })
})

describe('teams', () => {
  test('gets a card in which Markdown is escaped', async () => {
    const { body } = await send((url) => ({ type: 'teams', url }))
    const content = {
      type: 'AdaptiveCard',
      body: [
        { type: 'TextBlock', color: 'warning' },
        { type: 'TextBlock', text: expect.stringContaining(String.raw`\[x\]\(http`) as unknown },
        { type: 'FactSet', facts: [{ title: 'spent', value: '812.5 USD' }, {}] },
      ],
      actions: [{ url: 'https://spancost.example/budgets/search?x=1&y=2' }],
    }
    expect(body).toMatchObject({ type: 'message', attachments: [{ content }] })
  })
})

describe('a webhook', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

  test('is signed so that the receiver can verify it', async () => {
    const { sent, body, text } = await send((url) => ({ type: 'webhook', url, secret }))
    expect(new Webhook(secret).verify(text, sent.headers as Record<string, string>)).toEqual(body)
    const forged = text.replace('812.5', '0.5')
    const verify = () => new Webhook(secret).verify(forged, sent.headers as Record<string, string>)
    expect(verify).toThrow('No matching signature found')
  })

  test('carries the whole notice', async () => {
    const { body, sent } = await send((url) => ({
      type: 'webhook',
      url: `${url}/x`,
      headers: { a: 'b' },
    }))
    expect(sent).toMatchObject({ method: 'POST', path: '/x', headers: { a: 'b' } })
    expect(body).toMatchObject({
      type: 'spancost.notice',
      key: NOTICE.key,
      status: 'firing',
      level: 'warning',
      budgetId: 'search',
      at: '2026-11-23T10:00:00.000Z',
      since: '2026-11-23T09:59:00.000Z',
    })
  })
})

describe('pagerduty', () => {
  const options = (url: string) => ({ type: 'pagerduty', url, routingKey: 'R0' }) as const

  test('opens and closes one incident', async () => {
    const opened = await send(options)
    expect(opened.sent.path).toBe('/v2/enqueue')
    expect(opened.body).toMatchObject({
      routing_key: 'R0',
      event_action: 'trigger',
      dedup_key: NOTICE.key,
      payload: { severity: 'warning', source: 'spancost', custom_details: { spent: '812.5 USD' } },
    })
    const closed = await send(options, RESOLVED)
    expect(closed.body).toMatchObject({ event_action: 'resolve', dedup_key: NOTICE.key })
  })
})

describe('alertmanager', () => {
  test('gets an alert that ends when it is resolved', async () => {
    const { sent, text } = await send((url) => ({ type: 'alertmanager', url }))
    expect(sent.path).toBe('/api/v2/alerts')
    expect(JSON.parse(text)).toMatchObject([
      {
        labels: { alertname: 'Spancost', severity: 'warning', spancost_budget_id: 'search' },
        startsAt: '2026-11-23T09:59:00.000Z',
        endsAt: '2026-11-24T10:00:00.000Z',
      },
    ])
    const over = await send((url) => ({ type: 'alertmanager', url }), RESOLVED)
    expect(JSON.parse(over.text)).toMatchObject([{ endsAt: '2026-11-23T10:00:00.000Z' }])
  })
})

describe('sms', () => {
  test('sends one message to each number, short', async () => {
    const sink = await startSink(201)
    const channel = createChannel({
      type: 'sms',
      url: sink.endpoint,
      accountSid: 'AC/1',
      authToken: 'secret',
      from: '+100',
      to: ['+200', '+300'],
    })
    await channel(NOTICE, AbortSignal.timeout(5000))
    const messages = sink.requests.map(({ body }) => new URLSearchParams(body.toString()))
    expect(new Set(messages.map((message) => message.get('To')))).toEqual(new Set(['+200', '+300']))
    expect(messages[0]?.get('Body')?.length).toBeLessThanOrEqual(300)
    expect(sink.requests[0]).toMatchObject({
      path: '/2010-04-01/Accounts/AC%2F1/Messages.json',
      headers: { authorization: `Basic ${btoa('AC/1:secret')}` },
    })
  })
})

describe('ntfy', () => {
  test('gets JSON, so that no title becomes a header', async () => {
    const { sent, body } = await send((url) => ({ type: 'ntfy', url, topic: 't', token: 'tk' }))
    expect(sent.headers).toMatchObject({ authorization: 'Bearer tk' })
    expect(sent.headers).not.toHaveProperty('bcc')
    expect(body).toMatchObject({
      topic: 't',
      priority: 3,
      title: expect.stringContaining('Bcc:') as unknown,
    })
  })
})

describe('web push', () => {
  function createPush(subscriptions: readonly string[]) {
    const [own, browser] = [createECDH('prime256v1'), createECDH('prime256v1')]
    const publicKey = own.generateKeys('base64url')
    const keys = { p256dh: browser.generateKeys('base64url'), auth: 'BTBZMqHH6r4Tts7J_aSIgg' }
    const channel = createChannel({
      type: 'webpush',
      subject: 'mailto:ops@example.com',
      publicKey,
      privateKey: own.getPrivateKey('base64url'),
      subscriptions: subscriptions.map((endpoint) => ({ endpoint, keys })),
    })
    return { channel, browser, auth: Buffer.from(keys.auth, 'base64url') }
  }

  /** What the browser does (RFC 8291, 3.4): its key takes the place of ours. */
  function decrypt(body: Buffer, browser: ECDH, auth: Buffer): unknown {
    const [salt, sender, sealed] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)]
    const derive = (from: Uint8Array, with_: Uint8Array, info: string | Buffer, size: number) =>
      Buffer.from(hkdfSync('sha256', from, with_, info, size))
    const names = [Buffer.from('WebPush: info\0'), browser.getPublicKey(), sender]
    const secret = derive(browser.computeSecret(sender), auth, Buffer.concat(names), 32)
    const key = derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16)
    const nonce = derive(secret, salt, 'Content-Encoding: nonce\0', 12)
    const decipher = createDecipheriv('aes-128-gcm', key, nonce)
    decipher.setAuthTag(sealed.subarray(-16))
    const text = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
    expect(text.at(-1)).toBe(2)
    return JSON.parse(text.subarray(0, -1).toString())
  }

  test('reaches browsers, which alone can read it', async () => {
    const sink = await startSink(201)
    const { channel, browser, auth } = createPush([`${sink.endpoint}/one`])
    await channel(NOTICE, AbortSignal.timeout(5000))
    const [sent] = sink.requests
    expect(sent).toMatchObject({
      method: 'POST',
      path: '/one',
      headers: { 'content-encoding': 'aes128gcm', ttl: '86400', urgency: 'normal' },
    })
    expect(decrypt(sent!.body, browser, auth)).toMatchObject({
      title: expect.stringMatching(/^\[warning\] Budget <script>/) as unknown,
      tag: NOTICE.key,
      data: { url: NOTICE.url },
    })
  })

  test('is not stopped by one browser that is gone', async () => {
    const [gone, there] = [await startSink(410), await startSink(201)]
    const { channel } = createPush([gone.endpoint, there.endpoint])
    await channel(NOTICE, AbortSignal.timeout(5000))
    expect(there.requests).toHaveLength(1)
    const alone = createPush([gone.endpoint]).channel
    await expect(sendNotice(alone, NOTICE, 1)).rejects.toThrow(PermanentError)
  })

  test('says at the start that a key is none', () => {
    const keys = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6', auth: 'BTBZMqHH6r4Tts7J_aSIgg' }
    const subscriptions = [{ endpoint: 'https://push.example', keys }]
    const [publicKey, privateKey, subject] = [
      'a'.repeat(87),
      'a'.repeat(43),
      'mailto:a@example.com',
    ]
    const options = { type: 'webpush', subject, publicKey, privateKey, subscriptions } as const
    expect(() => createChannel(options)).toThrow(/key/i)
  })
})

describe('email', () => {
  async function startSmtp(isRefusing = false) {
    const mails: { to: string[]; text: string }[] = []
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: (_, __, done) => done(isRefusing ? new Error('no such user') : undefined),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const to = session.envelope.rcptTo.map(({ address }) => address)
          mails.push({ to, text: Buffer.concat(chunks).toString() })
          done()
        })
      },
    })
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    stops.push(() => new Promise((resolve) => server.close(() => resolve())))
    const { port } = server.server.address() as AddressInfo
    return { mails, url: `smtp://127.0.0.1:${port}` }
  }
  const people = { from: 'spancost <spancost@example.com>', to: ['olga@example.com'] }

  test('comes as text and HTML, with nothing untrusted in a header or a tag', async () => {
    const { mails, url } = await startSmtp()
    await createChannel({ type: 'email', url, ...people })(NOTICE, AbortSignal.timeout(5000))
    expect(mails).toHaveLength(1)
    const [mail] = mails
    expect(mail?.to).toEqual(['olga@example.com'])
    const [head = '', ...rest] = mail?.text.split('\r\n\r\n') ?? []
    const body = rest.join('\n\n').replaceAll('=\r\n', '').replaceAll('=3D', '=')
    expect(head).not.toMatch(/^Bcc:/im)
    expect(head).toMatch(/^Subject: .*\[warning\]/m)
    expect(body).toContain('812.5 of 1000 USD are spent')
    expect(body).toContain('&lt;script&gt;')
    expect(body.split('text/html')[1]).not.toContain('<script')
  })

  test('has the same id where it comes again, and another where it is over', async () => {
    const { mails, url } = await startSmtp()
    const channel = createChannel({ type: 'email', url, ...people })
    for (const notice of [NOTICE, NOTICE, RESOLVED]) {
      await channel(notice, AbortSignal.timeout(5000))
    }
    const read = (name: string): string[] =>
      mails.map(
        ({ text }) => new RegExp(`^${name}: (<[\\w-]{43}@spancost>)\r$`, 'm').exec(text)![1]!,
      )
    const [first, again, over] = read('Message-ID')
    expect(again).toBe(first)
    expect(over).not.toBe(first)
    expect(new Set(read('References')).size).toBe(1)
  })

  test('is not tried again where the server refuses for good', async () => {
    const { url } = await startSmtp(true)
    const sending = sendNotice(createChannel({ type: 'email', url, ...people }), NOTICE, 1)
    await expect(sending).rejects.toThrow(PermanentError)
  })
})

describe('sending', () => {
  test.each([
    [500, 3],
    [429, 3],
    [404, 1],
    [302, 1],
  ])('after %i is tried %i times', async (status, attempts) => {
    const sink = await startSink(status)
    const channel = createChannel({ type: 'slack', url: `${sink.endpoint}/secret` })
    const sending = sendNotice(channel, NOTICE, 1)
    await expect(sending).rejects.toThrow(`answered ${status}: told you`)
    await expect(sending).rejects.not.toThrow('secret')
    expect(sink.requests).toHaveLength(attempts)
  })
})
