import { useState } from 'react'
import { Link } from 'wouter'
import type { LocalPlugin, PluginSummary } from '../../../src/wire.ts'
import { useLoaded } from '../loaded.ts'
import { Button } from '../parts/button.tsx'
import { Problem } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { activationLabels, authLabels } from './labels.ts'
import { LocalPlugins } from './local-plugins.tsx'
import { Logo } from './logo.tsx'

const shownAtOnce = 50

export function PluginsView() {
  const { value: plugins, problem } = useLoaded<PluginSummary[]>('/api/plugins')
  const locals = useLoaded<LocalPlugin[]>('/api/workspace').value ?? []
  const [query, setQuery] = useState('')
  const [count, setCount] = useState(shownAtOnce)
  const wanted = query.trim().toLowerCase()
  const found = plugins?.filter(({ title, name, descriptionForHuman }) =>
    `${title} ${name} ${descriptionForHuman}`.toLowerCase().includes(wanted),
  )
  return (
    <main id="main" className="page" aria-busy={plugins === undefined}>
      <div className="row spread">
        <h1>Plugins</h1>
        <Link href="/plugins/register" className="button primary">
          Register a plugin
        </Link>
      </div>
      <Problem>{problem}</Problem>
      <LocalPlugins locals={locals.filter(({ plugin }) => plugin === undefined)} />
      {plugins?.length === 0 && (
        <p className="empty">
          No plugins are registered. Register one by its address, such as <code>localhost:3333</code>.
        </p>
      )}
      {plugins && plugins.length > 10 && (
        <TextInput label="Search plugins" type="search" value={query} onChange={setQuery} />
      )}
      <ul className="tiles">
        {found?.slice(0, count).map((plugin) => (
          <li key={plugin.id} className="card tile">
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
            </div>
          </li>
        ))}
      </ul>
      {found && found.length > count && (
        <Button onPress={() => setCount(count + shownAtOnce)}>
          Show more ({count} of {found.length})
        </Button>
      )}
    </main>
  )
}
