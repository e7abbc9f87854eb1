import { type AuthMode, authModes } from '../auth/auth-mode.ts'
import { authModesFor } from '../auth/change-auth.ts'
import { readCopiedFiles } from '../copy/copied-files.ts'
import { Refusal } from '../refusal.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** The plugin that is copied, and the auth mode of the copy. */
export interface Choice {
  from: string
  auth: AuthMode
}

/**
 * Chooses whatever is not given: without `from`, the first plugin that has the auth mode; without both, the first plugin.
 * @throws Refusal if the plugin does not exist or cannot have the auth mode
 */
export function choose(workspace: Workspace, from: string | undefined, auth: AuthMode | undefined): Choice {
  const { plugins } = workspace
  const [first] = plugins
  if (!first) throw new Refusal('There is no plugin in the folder plugins to start from')
  const original =
    from === undefined
      ? (plugins.find((plugin) => plugin.auth === (auth ?? first.auth)) ?? first)
      : plugins.find(({ name }) => name === from)
  if (!original) throw new Refusal(`--from ${from}: choose ${plugins.map(({ name }) => name).join(', ')}`)
  const chosen = auth ?? original.auth
  if (chosen === undefined)
    throw new Refusal(`--from ${original.name}: its src/plugin.ts has none of the auth modes ${authModes.join(', ')}`)
  if (chosen !== original.auth) {
    const { modes, reason } = authModesFor(readCopiedFiles(original.folder))
    if (!modes.includes(chosen))
      throw new Refusal(
        `--auth ${chosen} with --from ${original.name}: ${original.name} ${reason}; choose --auth ${modes.join(' or ')}, or another --from`,
      )
  }
  return { from: original.name, auth: chosen }
}

/** The auth modes that a copy of the plugin can have. */
export function possibleModes({ plugins }: Workspace, from: string): readonly AuthMode[] {
  const original = plugins.find(({ name }) => name === from)
  if (!original) return []
  const { modes } = authModesFor(readCopiedFiles(original.folder))
  return authModes.filter((mode) => modes.includes(mode) || mode === original.auth)
}
