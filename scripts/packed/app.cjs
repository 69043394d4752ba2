const { Anthropic } = require('@anthropic-ai/sdk')
const { GoogleGenAI } = require('@google/genai')
const { OpenAI } = require('openai')
const { callAll } = require('./calls.cjs')

void callAll({ OpenAI, Anthropic, GoogleGenAI })
