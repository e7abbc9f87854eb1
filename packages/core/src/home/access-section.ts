import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AuthType } from '../connect/assistant.ts'
import { basePath } from '../public-url.ts'
import { shellWord, toConnection, tokenFile } from './connection.ts'
import { copyable } from './copyable.ts'
import type { HomeOptions } from './home-options.ts'
import { type Html, html } from './html.ts'

const words: Record<AuthType, [title: string, text: string]> = {
  none: ['No sign-in', 'Anyone who can reach this address may call the operations.'],
  service_http: [
    'One token for the assistant',
    'The operator of this service gives a token to the person who sets up the assistant. The users of the assistant need nothing.',
  ],
  user_http: [
    'A token for each user',
    'Each user gets a token from the operator of this service and enters it once in the settings of the assistant, never in a conversation.',
  ],
  oauth: [
    'Each user signs in',
    'The assistant opens a sign-in page, where the user allows what the assistant may do. The assistant then gets an access token for this user.',
  ],
}

/** The auth mode in two to five words. */
export const accessTitle = ({ plugin, publicUrl }: HomeOptions): string =>
  words[plugin.auth.manifest(publicUrl).type][0]

/** What somebody must have in order to call, and in development the field or the button that makes the forms below work. */
export function accessSection(options: HomeOptions): Html {
  const { plugin, publicUrl, development } = options
  const { type } = plugin.auth.manifest(publicUrl)
  const [title, text] = words[type]
  return html`
    <section id="access" aria-labelledby="access-title">
      <h2 id="access-title">Access</h2>
      <p><strong>${title}.</strong> ${text}</p>
      ${scopes(options)}
      ${hasAppsPage(options) && html`<p><a href="${basePath(publicUrl)}/oauth/apps">See and revoke the apps that you allowed</a></p>`}
      ${development && type !== 'none' && tryAccess(options)}
    </section>`
}

function scopes({ plugin }: HomeOptions): Html | undefined {
  const all = Object.entries(plugin.auth.scopes)
  if (all.length === 0) return undefined
  return html`<dl class="scopes">${all.map(([scope, text]) => html`<div><dt><code>${scope}</code></dt><dd>${text}</dd></div>`)}</dl>`
}

const hasAppsPage = ({ plugin }: HomeOptions): boolean => plugin.mounts.some(({ path }) => path === '/oauth/apps')

function tryAccess(options: HomeOptions): Html {
  const { plugin, publicUrl } = options
  const auth = plugin.auth.manifest(publicUrl)
  const file = tokenFile(options)
  const { name } = toConnection(options)
  return html`
    <div class="try">
      <h3>Try it here</h3>
      ${
        file !== undefined &&
        html`<p>In development a token is in ${place(file, plugin.folder)}. This line sets the variable <code>TOKEN</code>, which the lines on this page use:</p>
      ${copyable(`export TOKEN="$(cat ${shellWord(file)})"`, `the line that sets TOKEN of ${name}`)}`
      }
      ${auth.type === 'oauth' && auth.client_url.startsWith(`${publicUrl}/`) && signIn()}
      <p class="field">
        <label for="token">${auth.type === 'oauth' ? 'Or enter an access token' : 'Token'}</label>
        <input id="token" type="password" autocomplete="off" spellcheck="false" aria-describedby="token-hint">
        <span id="token-hint" class="soft">It stays in this page until you close or reload it.</span>
      </p>
    </div>`
}

/** Where a file is, for somebody who knows the folder of the plugin. */
function place(file: string, folder: URL): Html {
  const path = relative(fileURLToPath(folder), file)
  return path.startsWith('..')
    ? html`the file <code>${file}</code>`
    : html`the file <code>${path}</code> in the folder of the plugin`
}

const signIn = (): Html =>
  html`<p class="row"><button type="button" id="sign-in" class="button main">Sign in</button> <button type="button" id="sign-out" class="button" hidden>Forget the sign-in</button> <span id="sign-in-state" role="status"></span></p>`
