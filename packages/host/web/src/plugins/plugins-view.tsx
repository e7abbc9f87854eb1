import { useState } from 'react'
import { Link } from 'wouter'
import type { LocalPlugin, PluginSummary } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { Loading } from '../parts/loading.tsx'
import { Problem } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { Title } from '../parts/title.tsx'
import { ActivateButton } from './activate-button.tsx'
import { activationLabels, authLabels } from './labels.ts'
import { LocalPlugins } from './local-plugins.tsx'
import { Logo } from './logo.tsx'
import { usePlugins } from './use-plugins.ts'

const shownAtOnce = 50
const searchedFrom = 10

export function PluginsView() {
  const { plugins, problem, locals, arriving, reload } = usePlugins()
  const [query, setQuery] = useState('')
  const [count, setCount] = useState(shownAtOnce)
  const wanted = query.trim().toLowerCase()
  const found = plugins?.filter(({ title, name, descriptionForHuman }) =>
    `${title} ${name} ${descriptionForHuman}`.toLowerCase().includes(wanted),
  )
  return (
    <main id="main" className="page" aria-busy={plugins === undefined}>
      <Title>Plugins</Title>
      <div className="row spread">
        <h1>Plugins</h1>
        <Link href="/plugins/register" className="button primary">
          Register a plugin
        </Link>
      </div>
      <Problem retry={reload}>{problem}</Problem>
      {!plugins && problem === '' && <Loading />}
      {arriving.length > 0 && (
        <p className="working" role="status">
          Registering {arriving.join(', ')}…
        </p>
      )}
      {plugins?.length === 0 && arriving.length === 0 && (
        <p className="empty">
          No plugins are registered. Register one by its address, such as <code>localhost:3333</code>.
        </p>
      )}
      {plugins && plugins.length > searchedFrom && (
        <TextInput label="Search plugins" type="search" value={query} onChange={setQuery} />
      )}
      {query !== '' && found?.length === 0 && <p className="empty">No plugin matches “{query}”.</p>}
      <ul className="tiles">
        {found?.slice(0, count).map((plugin) => (
          <PluginTile
            key={plugin.id}
            plugin={plugin}
            local={locals.find((local) => local.plugin === plugin.id)}
            onActive={() => void reload()}
          />
        ))}
      </ul>
      {found && found.length > count && (
        <Button onPress={() => setCount(count + shownAtOnce)}>
          Show more ({count} of {found.length})
        </Button>
      )}
      <LocalPlugins locals={locals.filter(({ plugin, name }) => plugin === undefined && !arriving.includes(name))} />
    </main>
  )
}

interface TileProps {
  plugin: PluginSummary
  local: LocalPlugin | undefined
  onActive: () => void
}

const PluginTile = ({ plugin, local, onActive }: TileProps) => (
  <li className="card tile">
    <Logo plugin={plugin} />
    <div>
      <h2>
        <Link href={`/plugins/${plugin.id}`}>{plugin.title}</Link>
      </h2>
      <p>{plugin.descriptionForHuman}</p>
      <div className="row">
        <span className={`tag ${plugin.activation}`}>{activationLabels[plugin.activation]}</span>
        <span className="tag">{authLabels[plugin.auth.type]}</span>
        {!plugin.isOwn && <span className="tag">Shared by {plugin.ownerName}</span>}
        {plugin.trouble && <span className="tag bad">Paused</span>}
      </div>
      {(plugin.activation !== 'active' || local?.hasNewToken) && (
        <ActivateButton plugin={plugin} local={local} onActive={onActive} />
      )}
    </div>
  </li>
)
