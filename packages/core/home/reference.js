import { startAccess, token } from './access.js'

const { base = '' } = document.documentElement.dataset
const answer = await fetch(`${base}/openapi.json`)
const spec = await answer.json()

const ui = window.SwaggerUIBundle({
  // The browser may know the plugin by another name than the spec.
  spec: { ...spec, servers: [{ url: location.origin + base }] },
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  onComplete: () => startAccess(authorize),
})

/** Gives Swagger UI the token of the sign-in. Tokens that people enter themselves go into its own dialog. */
function authorize() {
  const signedIn = token()
  if (signedIn) ui.preauthorizeApiKey('token', signedIn)
  else ui.authActions.logout(['token'])
}
