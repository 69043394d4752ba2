/** An application of ES modules. */
import { OpenAI } from 'openai'
import { runScenarios } from './run.ts'

await runScenarios(OpenAI)
