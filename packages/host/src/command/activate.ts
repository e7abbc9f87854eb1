import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { SignInFailed, walkToCallback } from '@reference-plugins/contract'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { redeem, TokenRefused } from '../sign-in/token-endpoint.ts'
import { findPlugin } from './find-plugin.ts'
import { type CommandContext, UsageError } from './main.ts'

const longestWait = 600_000

export async function activate(words: string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { token: { type: 'string' }, username: { type: 'string' }, password: { type: 'string' } },
  })
  const [name] = positionals
  if (name === undefined) throw new UsageError('Give the name of the plugin: pnpm host list shows them')
  const plugin = await findPlugin(context, name)
  const { username, password, token } = values
  await activatePlugin(context, plugin, {
    ...(token !== undefined && { token }),
    ...(username !== undefined && password !== undefined && { signIn: { username, password } }),
  })
  context.print(
    `${plugin.document.title} is active. Next: pnpm host call ${plugin.document.name}.${plugin.document.operations[0]?.name}`,
  )
  return 0
}

/** @throws UsageError that says what is missing */
export async function activatePlugin(
  context: CommandContext,
  plugin: RegisteredPlugin,
  { token, signIn }: { token?: string; signIn?: { username: string; password: string } },
): Promise<void> {
  const { host, user } = context
  const { type } = plugin.document.auth
  if (type === 'user_http' && token === undefined)
    throw new UsageError(`${plugin.document.title} asks each user for a token: add --token`)
  if (type !== 'oauth') return host.credentials.activate(user, plugin, token)
  const { oauth, clientId } = plugin
  if (!oauth || clientId === undefined)
    throw new UsageError('The plugin has no client id: register it again with --client-id')
  const browser = randomBytes(32).toString('base64url')
  const callbackUrl = context.presentation.callbackUrl(plugin.id)
  const start = await host.signIns.begin(user, browser, { ...plugin, oauth, clientId }, callbackUrl)
  const answer = signIn
    ? await signInByForms(start, callbackUrl, signIn)
    : await waitForBrowser(start, callbackUrl, context.print)
  const attempt = await host.signIns.end(answer.searchParams.get('state') ?? '', browser, plugin.id)
  if (!attempt)
    throw new UsageError('The answer of the authorization server does not belong to this sign-in: try again')
  try {
    const client = await host.credentials.client(plugin)
    await host.credentials.putTokens(user, plugin, await redeem(client, answer, { ...attempt, callbackUrl }))
  } catch (error) {
    if (error instanceof TokenRefused) throw new UsageError(error.message)
    throw error
  }
}

async function signInByForms(
  start: string,
  callbackUrl: string,
  signIn: { username: string; password: string },
): Promise<URL> {
  return walkToCallback(start, callbackUrl, signIn).catch((error) => {
    if (error instanceof SignInFailed) throw new UsageError(`Signing in did not succeed: ${error.message}`)
    throw error
  })
}

/** Takes the place of the host's own server for one request. */
async function waitForBrowser(start: string, callbackUrl: string, print: (line: string) => void): Promise<URL> {
  const { port, pathname, origin } = new URL(callbackUrl)
  const server = createServer().listen(Number(port || 80), '127.0.0.1')
  await once(server, 'listening').catch(() => {
    throw new UsageError(`The host itself runs at ${origin}: sign in on its page, /plugins`)
  })
  print(`Open this in a browser, and sign in:\n${start}`)
  try {
    return await new Promise<URL>((resolve, reject) => {
      setTimeout(() => reject(new UsageError('Nobody signed in within ten minutes')), longestWait).unref()
      server.on('request', (request, response) => {
        const url = new URL(request.url ?? '/', origin)
        response.writeHead(url.pathname === pathname ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8' })
        response.end(url.pathname === pathname ? 'You can close this window.' : 'There is nothing here.')
        if (url.pathname === pathname) resolve(url)
      })
    })
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
