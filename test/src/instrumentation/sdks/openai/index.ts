import type * as Sdk from 'openai'
import type { OpenAI } from 'openai'
import { startReplayServer } from '../../../demo/replay-server.ts'
import type { TestedSdk } from '../../sdk.ts'
import { SCENARIOS } from './scenarios.ts'
import { EXPECTED_SPANS } from './spans.ts'

export const openai: TestedSdk<OpenAI> = {
  name: 'openai',
  versions: ['openai', 'openai-6'],
  startProvider: startReplayServer,
  createClient: (moduleExports, baseURL) =>
    new (moduleExports as typeof Sdk).OpenAI({ apiKey: 'none', maxRetries: 0, baseURL }),
  scenarios: SCENARIOS,
  spans: EXPECTED_SPANS,
}
