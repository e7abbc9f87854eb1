import assert from 'node:assert/strict'
import { test } from 'node:test'
import { protectionTests } from '@reference-plugins/testing'
import { servePlugin } from '@reference-plugins/testing/serve-plugin'
import { createFoodPlugin } from '../src/plugin.ts'
import type { FoodSettings } from '../src/settings.ts'

const token = 'service-token-0123456789-0123456789'
const older = 'older-service-token-0123456789-0123456789'
const settings = { FOOD_SERVICE_TOKENS: [token, older], FOOD_VERIFICATION_TOKENS: { openai: 'verify-me' } }
const served = await servePlugin<FoodSettings>(createFoodPlugin, settings)

protectionTests(() => ({ ...served, token }))
// Every token that is set is accepted, so that one can replace another.
protectionTests(() => ({ ...served, token: older }))

test('the manifest has the verification tokens', async () => {
  const { body } = await served.anonymous.get('/.well-known/ai-plugin.json').expect(200)
  assert.deepEqual(body.auth, {
    type: 'service_http',
    authorization_type: 'bearer',
    verification_tokens: { openai: 'verify-me' },
  })
})
