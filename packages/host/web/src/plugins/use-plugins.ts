import { useCallback, useEffect, useRef } from 'react'
import type { LocalPlugin, PluginSummary } from '../../../src/wire.ts'
import { useLoaded } from '../loaded.ts'
import { useSession } from '../session/session.ts'

const pause = 2_000
const mostTries = 30

/**
 * The user's plugins, and those of this repository. A host in development registers the latter by itself while they
 * start, so the list is loaded again until they are there.
 */
export function usePlugins() {
  const { session } = useSession()
  const plugins = useLoaded<PluginSummary[]>('/api/plugins')
  const locals = useLoaded<LocalPlugin[]>('/api/workspace')
  const tries = useRef(0)
  const { reload: reloadPlugins } = plugins
  const { reload: reloadLocals } = locals
  const reload = useCallback(
    async () => void (await Promise.all([reloadPlugins(), reloadLocals()])),
    [reloadPlugins, reloadLocals],
  )
  const arriving =
    session.development && session.mode === 'single'
      ? (locals.value ?? []).filter(({ plugin, isRemoved, problem }) => !plugin && !isRemoved && !problem)
      : []
  useEffect(() => {
    if (arriving.length === 0 || tries.current >= mostTries) return
    const timer = setTimeout(() => {
      tries.current++
      void reload()
    }, pause)
    return () => clearTimeout(timer)
  }, [locals.value, arriving.length, reload])
  return {
    plugins: plugins.value,
    problem: plugins.problem,
    locals: locals.value ?? [],
    /** Those that the host is about to register. */
    arriving: arriving.filter(({ isRunning }) => isRunning).map(({ name }) => name),
    reload,
  }
}
