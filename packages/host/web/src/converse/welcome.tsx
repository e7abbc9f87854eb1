import { Link } from 'wouter'
import type { PluginSummary } from '../../../src/wire.ts'

/** Before anything was said: what can be done here, and what is missing for it. */
export function Welcome({ plugins, hasModel }: { plugins: PluginSummary[]; hasModel: boolean }) {
  const active = plugins.filter(({ activation }) => activation === 'active')
  return (
    <div className="welcome">
      <h1>Talk with your plugins</h1>
      {active.length === 0 ? (
        <p>
          {plugins.length === 0 ? 'No plugin is registered yet. ' : 'No plugin is active yet. '}
          <Link href="/plugins">{plugins.length === 0 ? 'Register one' : 'Activate one'}</Link>, and come back.
        </p>
      ) : (
        <p>
          {active
            .slice(0, 6)
            .map(({ title }) => title)
            .join(', ')}
          {active.length > 6 && ' and more'} can be called here.
        </p>
      )}
      {!hasModel && (
        <p>
          There is no model, so nobody answers what you type. Everything can be called by hand: choose an operation
          below, and fill in its form. <Link href="/settings">How to get a model</Link>
        </p>
      )}
    </div>
  )
}
