import { startAccess } from './access.js'
import { startForms } from './call.js'
import { startCopying } from './copy.js'

startCopying()
startForms()
openTarget()
addEventListener('hashchange', openTarget)
await startAccess()

/** A link to an operation opens it. */
function openTarget() {
  const target = document.getElementById(location.hash.slice(1))
  if (target instanceof HTMLDetailsElement) target.open = true
}
