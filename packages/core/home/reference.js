import { startAccess, token } from './access.js'
import { actingHeaders, fetchConfirmed } from './confirm.js'

// Swagger UI on the plugin's own spec.

// It has dark colours, but does not look at what the person prefers.
const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()

const { base = '' } = document.documentElement.dataset
const answer = await fetch(`${base}/openapi.json`)
const spec = await answer.json()
const place = document.getElementById('reference')
new MutationObserver(nameControls).observe(place, { childList: true, subtree: true })

let isAuthorized = false
const ui = window.SwaggerUIBundle({
  // The browser may know the plugin by another name than the spec.
  spec: { ...spec, servers: [{ url: location.origin + base }] },
  dom_id: '#reference',
  // Each would be a link inside a button, which a keyboard cannot reach.
  deepLinking: false,
  displayOperationId: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  // By default it sends the spec to a server of its makers.
  validatorUrl: null,
  plugins: [plainTexts],
  requestInterceptor: askBeforeActing,
  onComplete: () => startAccess(authorize),
})

/** The texts of a plugin are plain text, not Markdown with HTML. And there is one server, so there is nothing to choose. */
function plainTexts({ React }) {
  return {
    components: {
      Markdown: ({ source }) => (source ? React.createElement('p', null, source) : null),
      ServersContainer: () => null,
    },
  }
}

/** Calls that act ask the person, as the forms of the page do. */
function askBeforeActing(request) {
  const operation = operationOf(request)
  if (operation?.['x-confirmation']) {
    // A body that was filled in from the example has a key already.
    const once = !String(request.body).includes('"idempotency_key"')
    Object.assign(request.headers, actingHeaders({ once, confirm: true }))
    request.userFetch = (url, { method, headers, body, credentials }) =>
      fetchConfirmed(url, { method, headers, body, credentials })
  }
  return request
}

function operationOf({ url, method = 'GET' }) {
  const { pathname } = new URL(url, location.href)
  const steps = pathname.slice(base.length).split('/')
  const matches = (path) => {
    const parts = path.split('/')
    return parts.length === steps.length && parts.every((part, at) => part.startsWith('{') || part === steps[at])
  }
  const [, item] = Object.entries(spec.paths).find(([path]) => matches(path)) ?? []
  return item?.[method.toLowerCase()]
}

/** Gives Swagger UI the token of the sign-in. Tokens that people enter themselves go into its own dialog. */
function authorize() {
  const signedIn = token()
  if (signedIn) ui.preauthorizeApiKey('token', signedIn)
  else if (isAuthorized) ui.authActions.logout(['token'])
  isAuthorized = signedIn !== undefined
}

/** Names for the controls that Swagger UI leaves without one, and a way to scroll its examples with the keyboard. */
function nameControls() {
  for (const control of place.querySelectorAll('textarea:not([aria-label])'))
    control.setAttribute('aria-label', 'Request body')
  for (const control of place.querySelectorAll('select:not([aria-label], [id])'))
    control.setAttribute('aria-label', 'Choice')
  for (const code of place.querySelectorAll('pre:not([tabindex])')) code.tabIndex = 0
}
