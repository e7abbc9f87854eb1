import type { Plan } from '../plan.ts'
import type { AuthMode } from './auth-mode.ts'

/** Tests that each auth mode has its own of. */
const ofMode = ['test/auth.test.ts', 'test/start.test.ts']
/** How the tests of a plugin make users, where its auth mode has some. */
const users = 'test/users.ts'

/** Replaces the tests of the auth mode, and leaves out those that call without the new one. */
export function changeTests(
  plan: Plan,
  model: ReadonlyMap<string, string>,
  { to, byCaller }: { to: AuthMode; byCaller: boolean },
): void {
  for (const path of ofMode) {
    const file = model.get(path)
    if (file === undefined) plan.files.delete(path)
    else plan.files.set(path, file)
  }
  if (plan.files.has(users)) plan.files.set(users, model.get(users) ?? '')
  const fuzz = plan.files.get('test/fuzz.test.ts')
  if (typeof fuzz === 'string')
    plan.files.set(
      'test/fuzz.test.ts',
      fuzz
        .replace(', { isProtected: false }', '')
        .replace(/import\.meta\.url\)\)/, (end) =>
          to === 'none' ? `${end.slice(0, -1)}, { isProtected: false })` : end,
        ),
    )
  const left = [...plan.files]
    .filter(([path, text]) => callsOtherwise(path, String(text), byCaller))
    .map(([path]) => path)
  for (const path of left) plan.files.delete(path)
  if (left.length > 0) plan.notes.push(`Left out, because they call without this auth mode: ${left.join(', ')}`)
}

/** Whether a test calls the operations by their paths without a token, or with the name of a user. */
const callsOtherwise = (path: string, text: string, byCaller: boolean): boolean =>
  path.startsWith('test/') &&
  path.endsWith('.test.ts') &&
  !ofMode.includes(path) &&
  ((/\bstartPlugin\(/.test(text) && /\$\{\w*\.?url\}\/(?!readyz|livez)/.test(text)) ||
    (byCaller && /\b(?:servePlugin|startPlugin)\(/.test(text)))
