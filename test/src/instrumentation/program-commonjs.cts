/** An application of CommonJS modules; `SDK` may name the older major version of the SDK. */
import type * as Sdk from 'openai' with { 'resolution-mode': 'import' }

const { OpenAI }: typeof Sdk = require(process.env['SDK'] ?? 'openai')

void import('./run.js').then(({ runScenarios }) => runScenarios(OpenAI))
