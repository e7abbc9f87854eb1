import { Link } from 'wouter'
import type { PluginSummary } from '../../../src/wire.ts'

const shownAtOnce = 6

/** Shown before the first message: the plugins that the user can call, or how to get one. */
export function Welcome({ plugins }: { plugins: PluginSummary[] }) {
  const active = plugins.filter(({ activation }) => activation === 'active')
  const titles = active.slice(0, shownAtOnce).map(({ title }) => title)
  const missing = plugins.length === 0 ? 'registered' : 'active'
  return (
    <div className="welcome">
      <h1>Chat with your plugins</h1>
      {active.length === 0 ? (
        <p>
          No plugins are {missing}. <Link href="/plugins">Go to Plugins</Link> to get started.
        </p>
      ) : (
        <p>
          Active plugins: {titles.join(', ')}
          {active.length > shownAtOnce && ' and more'}.
        </p>
      )}
    </div>
  )
}
