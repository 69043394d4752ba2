import { Anthropic } from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { OpenAI } from 'openai'
import { callAll } from './calls.cjs'

await callAll({ OpenAI, Anthropic, GoogleGenAI })
