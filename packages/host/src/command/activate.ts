import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { SignInFailed, walkToCallback } from '@reference-plugins/contract'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { TokenRefused } from '../sign-in/token-refused.ts'
import { developmentUserOf, tokenOf } from '../workspace/local-folders.ts'
import { type CommandContext, UsageError } from './command-context.ts'
import { findPlugin, typedNameFor } from './find-plugin.ts'

const longestWait = 600_000

interface SignIn {
  username: string
  password: string
}

export async function activate(words: string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { token: { type: 'string' }, username: { type: 'string' }, password: { type: 'string' } },
  })
  const [name] = positionals
  if (name === undefined) throw new UsageError('Name the plugin: pnpm host list shows the names')
  const plugin = await findPlugin(context, name)
  const { auth, title, operations } = plugin.document
  const { username, password, token = developmentToken(context, plugin) } = values
  if (auth.type === 'user_http' && token === undefined)
    throw new UsageError(`${title} needs a token for each user: add --token`)
  if (auth.type !== 'oauth') await context.host.credentials.activate(context.user, plugin, token)
  else await signIn(context, plugin, username && password ? { username, password } : developmentUser(context, plugin))
  const typed = await typedNameFor(context, plugin)
  context.print(`${title} is active. Next: pnpm host call ${typed}.${operations[0]?.name}`)
  return 0
}

/** The token of a user that a plugin beside the host created for development. */
function developmentToken({ host, print }: CommandContext, plugin: RegisteredPlugin): string | undefined {
  const local = plugin.document.auth.type === 'user_http' ? host.workspace.localOf(plugin) : undefined
  const token = local && tokenOf(local, 'user-token')
  if (token !== undefined) print(`Using the token that ${local?.name} created for development.`)
  return token
}

/** The user that a plugin beside the host created for development. */
function developmentUser({ host, print }: CommandContext, plugin: RegisteredPlugin): SignIn | undefined {
  const local = host.workspace.localOf(plugin)
  const user = local && developmentUserOf(local)
  if (user) print(`Signing in as ${user.name}, the user that ${local.name} created for development.`)
  return user && { username: user.name, password: user.password }
}

async function signIn(
  { host, user, print }: CommandContext,
  plugin: RegisteredPlugin,
  account: SignIn | undefined,
): Promise<void> {
  const browser = randomBytes(32).toString('base64url')
  const callbackUrl = host.signIns.callbackUrl(plugin.id)
  const start = await host.signIns.begin(user, browser, plugin)
  const answer = account
    ? await signInByForms(start, callbackUrl, account)
    : await waitForBrowser(start, callbackUrl, print)
  const attempt = await host.signIns.end(answer, browser, plugin.id)
  if (!attempt) throw new UsageError('The answer of the authorization server belongs to another sign-in: try again')
  await host.signIns.redeem(attempt, answer, plugin).catch((error) => {
    throw error instanceof TokenRefused ? new UsageError(error.message) : error
  })
}

function signInByForms(start: string, callbackUrl: string, account: SignIn): Promise<URL> {
  return walkToCallback(start, callbackUrl, account).catch((error) => {
    throw error instanceof SignInFailed ? new UsageError(`The sign-in failed: ${error.message}`) : error
  })
}

/** Listens in place of the host's own server until the callback is requested. */
async function waitForBrowser(start: string, callbackUrl: string, print: (line: string) => void): Promise<URL> {
  const { port, pathname, origin } = new URL(callbackUrl)
  const server = createServer().listen(Number(port || 80), '127.0.0.1')
  await once(server, 'listening').catch(() => {
    throw new UsageError(`The host is running at ${origin}: sign in on its page, /plugins`)
  })
  print(`Open this URL in a browser and sign in:\n${start}`)
  try {
    return await new Promise<URL>((resolve, reject) => {
      setTimeout(() => reject(new UsageError('Nobody signed in within ten minutes')), longestWait).unref()
      server.on('request', (request, response) => {
        const url = new URL(request.url ?? '/', origin)
        const isCallback = url.pathname === pathname
        response.writeHead(isCallback ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8' })
        response.end(isCallback ? 'You can close this window.' : 'Not found')
        if (isCallback) resolve(url)
      })
    })
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
