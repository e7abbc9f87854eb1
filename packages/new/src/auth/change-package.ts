import type { AuthMode } from './auth-mode.ts'
import { authParts } from './auth-parts.ts'

const tokenScript = 'run-ts src/token.ts'

/** Changes the dependencies and the scripts in `package.json`. */
export function changePackage(text: string, from: AuthMode, to: AuthMode): string {
  const manifest = JSON.parse(text) as { scripts: Record<string, string>; dependencies: Record<string, string> }
  const dependencies = { ...manifest.dependencies }
  // What a mode without users needs is needed by the operations too.
  for (const name of authParts[from].dependencies) if (name !== '@reference-plugins/store') delete dependencies[name]
  for (const name of authParts[to].dependencies) dependencies[name] = 'workspace:*'
  const { tokens: _, ...scripts } = manifest.scripts
  return `${JSON.stringify(
    {
      ...manifest,
      scripts: to === 'user' ? { ...scripts, tokens: tokenScript } : scripts,
      dependencies: Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => a.localeCompare(b))),
    },
    null,
    2,
  )}\n`
}
