import { Link, useSearchParams } from 'wouter'
import type { LocalPlugin, PluginDetail, PluginSummary, Starter } from '../../../src/wire.ts'
import { useLoaded } from '../loaded.ts'
import { Problem } from '../parts/notice.tsx'
import { ActivateButton } from '../plugins/activate-button.tsx'
import { NoPlugins } from './no-plugins.tsx'
import { PluginOffer } from './plugin-offer.tsx'
import { Starters } from './starters.tsx'

const shownAtOnce = 6

interface Props {
  plugins: PluginSummary[]
  locals: LocalPlugin[]
  /** Names of plugins that the host is about to register. */
  arriving: string[]
  hasModel: boolean
  onStart: (starter: Starter) => void
  onActivated: (plugin: PluginDetail) => void
}

/** Shown before the first message: what the user can do with the active plugins, and how to get more. */
export function Welcome({ plugins, locals, arriving, hasModel, onStart, onActivated }: Props) {
  const [parameters] = useSearchParams()
  const only = parameters.get('plugin')
  const shown = plugins.filter(({ id }) => only === null || id === only)
  const active = shown.filter(isUsable)
  return (
    <div className="welcome">
      <h1>Chat with your plugins</h1>
      {active.length > 0 && (
        <p className="lead">
          {hasModel
            ? 'Ask in your own words, or begin with one of these.'
            : 'Say what you want to do: the host finds the operation and opens its form. Or begin with one of these.'}
        </p>
      )}
      {arriving.length > 0 && (
        <p className="working" role="status">
          Registering {arriving.join(', ')}…
        </p>
      )}
      {plugins.length === 0 && arriving.length === 0 && <NoPlugins locals={locals} />}
      {/* Loaded again when another plugin becomes active. */}
      <Offers
        key={active.map(({ id }) => id).join()}
        plugins={[...active, ...shown.filter((one) => !active.includes(one))]}
        locals={locals}
        hasModel={hasModel}
        onStart={onStart}
        onActivated={onActivated}
      />
      {only !== null && plugins.length > 1 && <Link href="/">Show all plugins</Link>}
    </div>
  )
}

const isUsable = ({ activation, trouble }: PluginSummary): boolean => activation === 'active' && !trouble

function Offers({ plugins, locals, hasModel, onStart, onActivated }: Omit<Props, 'arriving'>) {
  const { value: starters, problem, reload } = useLoaded<Starter[]>('/api/starters')
  return (
    <>
      <Problem retry={reload}>{problem}</Problem>
      <ul className="offers" aria-busy={starters === undefined && problem === ''}>
        {plugins.slice(0, shownAtOnce).map((plugin) => {
          const local = locals.find((one) => one.plugin === plugin.id)
          return (
            <PluginOffer key={plugin.id} plugin={plugin}>
              {isUsable(plugin) && !local?.hasNewToken ? (
                <Starters
                  starters={starters?.filter((starter) => starter.plugin.id === plugin.id) ?? []}
                  hasModel={hasModel}
                  onStart={onStart}
                />
              ) : (
                <ActivateButton plugin={plugin} local={local} onActive={onActivated} />
              )}
            </PluginOffer>
          )
        })}
      </ul>
      {plugins.length > shownAtOnce && <Link href="/plugins">All {plugins.length} plugins</Link>}
    </>
  )
}
