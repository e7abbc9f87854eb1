import { z } from 'zod'
import { definePlugin, none, oauth, operation, serviceToken, text, userOperation, userToken } from '../src/index.ts'

// Nothing here is run: `pnpm check` fails when an error that is expected does not come.
const username = text(10).describe('A user')
const output = z.object({ count: z.number() })
const one = { count: 1 }

// A path name that is in the input.
operation('GET /a/{username}', {
  openWorld: false,
  summary: 's',
  input: z.object({ username }),
  output,
  handler: () => one,
})
// @ts-expect-error the input has no user
operation('GET /a/{user}', {
  openWorld: false,
  summary: 's',
  input: z.object({ username }),
  output,
  handler: () => one,
})
// @ts-expect-error FETCH is no method
operation('FETCH /a', { summary: 's', input: z.object({}), output, handler: () => one })

// A status that was declared.
operation('GET /a', {
  openWorld: false,
  summary: 's',
  input: z.object({}),
  output,
  errors: { 404: 'gone' },
  handler(_, { fail }) {
    throw fail(404, 'gone')
  },
})
operation('GET /a', {
  openWorld: false,
  summary: 's',
  input: z.object({}),
  output,
  errors: { 404: 'gone' },
  handler(_, { fail }) {
    // @ts-expect-error 409 was not declared
    throw fail(409, 'changed')
  },
})
operation('GET /a', {
  openWorld: false,
  summary: 's',
  input: z.object({}),
  output,
  handler(_, { fail }) {
    // @ts-expect-error no status was declared
    throw fail(404, 'gone')
  },
})

// @ts-expect-error the count is a number
operation('GET /a', { openWorld: false, summary: 's', input: z.object({}), output, handler: () => ({ count: 'one' }) })
// @ts-expect-error the count is missing, with a promise too
operation('GET /a', { openWorld: false, summary: 's', input: z.object({}), output, handler: async () => ({}) })
operation('GET /a', {
  openWorld: false,
  summary: 's',
  input: z.object({ username }),
  output,
  // @ts-expect-error the input has no limit
  handler: ({ limit }) => ({ count: limit }),
})

operation('GET /a', {
  openWorld: false,
  summary: 's',
  input: z.object({}),
  output,
  // @ts-expect-error where no user is needed there is no caller
  handler: (_, { caller }) => ({ count: caller }),
})
const forUser = userOperation('GET /me', {
  openWorld: false,
  summary: 's',
  input: z.object({}),
  output,
  handler: (_, { caller }) => ({ count: caller.id.length }),
})
const writes = userOperation('GET /me', {
  openWorld: false,
  summary: 's',
  scope: 'write',
  input: z.object({}),
  output,
  handler: () => one,
})
const forAnyone = operation('GET /a', {
  openWorld: false,
  summary: 's',
  input: z.object({}),
  output,
  handler: () => one,
})

const facts = {
  name: 'a',
  title: 'a',
  descriptionForHuman: 'a.',
  descriptionForModel: 'a',
  conversationStarters: ['What can you do?'],
  contactEmail: 'a@example.com',
  folder: new URL('file:///'),
}
const find = async () => ({ id: 'ada' })
const addresses = { authorizationUrl: '/authorize', tokenUrl: '/token', verify: find }

export const plugins = () => [
  definePlugin({ ...facts, auth: none(), operations: { forAnyone } }),
  // @ts-expect-error there is no user without authentication
  definePlugin({ ...facts, auth: none(), operations: { forUser } }),
  // @ts-expect-error a service token is of no user
  definePlugin({ ...facts, auth: serviceToken({ tokens: [] }), operations: { forUser } }),
  definePlugin({ ...facts, auth: userToken({ find }), operations: { forUser, forAnyone } }),
  definePlugin({
    ...facts,
    auth: oauth({ ...addresses, scopes: { write: 'Write' } }),
    operations: { writes, forUser },
  }),
  // @ts-expect-error the scope is not one of this plugin's
  definePlugin({ ...facts, auth: oauth({ ...addresses, scopes: { read: 'Read' } }), operations: { writes } }),
  // @ts-expect-error user tokens have no scopes
  definePlugin({ ...facts, auth: userToken({ find }), operations: { writes } }),
]

// What a call does to the world is stated wherever the method does not say it.
const read = { summary: 's', input: z.object({}), output, handler: () => one }
// @ts-expect-error openWorld is missing
operation('GET /a', read)
operation('POST /a', { openWorld: false, destructive: false, idempotent: false, ...read })
// @ts-expect-error destructive is missing
operation('POST /a', { openWorld: false, idempotent: false, ...read })
// @ts-expect-error idempotent is missing
operation('PATCH /a', { openWorld: false, destructive: false, ...read })
operation('PUT /a', { openWorld: false, destructive: true, ...read })
// @ts-expect-error destructive is missing
operation('PUT /a', { openWorld: false, ...read })
operation('DELETE /a', { openWorld: false, ...read })
// @ts-expect-error a GET is never destructive
operation('GET /a', { openWorld: false, destructive: true, ...read })
