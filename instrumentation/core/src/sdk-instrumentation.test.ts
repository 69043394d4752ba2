import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { beforeEach, expect, test, vi } from 'vitest'
import { SdkInstrumentation, type Sdk } from './sdk-instrumentation.ts'
import { CHAT } from './testing/telemetry.ts'

/** An SDK that exports its client's class only, which makes its parts when they are asked for. */
function createSdk() {
  const made = vi.fn<() => void>()
  class Chat {
    async complete(): Promise<string> {
      return 'reply'
    }
  }
  class BaseClient {
    async embed(): Promise<string> {
      return 'vector'
    }
  }
  class Client extends BaseClient {
    chatOnce: Chat | undefined
    get chat(): Chat {
      made()
      this.chatOnce ??= new Chat()
      return this.chatOnce
    }
    get picky(): Chat {
      throw new Error('not a client')
    }
  }
  return { exports: { Client }, BaseClient, made }
}

class TestInstrumentation extends SdkInstrumentation {
  constructor() {
    super('test', '1.0.0', {})
  }

  protected override describeSdk(): Sdk {
    const method = (path: string) => ({
      path,
      describe: () => CHAT,
      readReply: (body: unknown) => ({ responseId: String(body) }),
    })
    return {
      name: 'sdk',
      majors: [1],
      methods: [
        method('Client.prototype.chat.complete'),
        method('Client.prototype.embed'),
        { ...method('Client.prototype.picky.complete'), optional: true },
      ],
    }
  }
}

const exporter = new InMemorySpanExporter()
const instrumentation = new TestInstrumentation()
instrumentation.setTracerProvider(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
)
const readIds = () =>
  exporter.getFinishedSpans().map((span) => span.attributes['gen_ai.response.id'])

beforeEach(() => exporter.reset())

test('a part that a getter makes is found without touching the class of the client', async () => {
  const { exports } = createSdk()
  instrumentation.manuallyInstrument(exports)
  expect(Object.keys(exports.Client.prototype)).toEqual([])
  const [first, second] = [new exports.Client(), new exports.Client()]
  expect(first.chat).not.toBe(second.chat)
  await first.chat.complete()
  await second.chat.complete()
  expect(readIds()).toEqual(['reply', 'reply'])
})

test('an inherited method is patched where it stands', async () => {
  const { exports, BaseClient } = createSdk()
  instrumentation.manuallyInstrument(exports)
  expect(await new BaseClient().embed()).toBe('vector')
  await new exports.Client().embed()
  expect(readIds()).toEqual(['vector', 'vector'])
})

test('a getter that throws for what is no client breaks nothing', () => {
  const { exports, made } = createSdk()
  expect(() => instrumentation.manuallyInstrument(exports)).not.toThrow()
  expect(made).toHaveBeenCalledTimes(1)
})
