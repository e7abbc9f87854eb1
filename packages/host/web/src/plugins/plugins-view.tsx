import { useEffect, useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { LocalPlugin, PluginSummary, RegistrationEvent } from '../../../src/wire.ts'
import { events, get, wordsOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { Logo } from './logo.tsx'
import { authWords, stateWords } from './words.ts'

const shownAtOnce = 50

export function PluginsView() {
  const [plugins, setPlugins] = useState<PluginSummary[]>()
  const [locals, setLocals] = useState<LocalPlugin[]>([])
  const [query, setQuery] = useState('')
  const [count, setCount] = useState(shownAtOnce)
  const [problem, setProblem] = useState('')
  useEffect(() => {
    get<PluginSummary[]>('/api/plugins').then(setPlugins, (error) => setProblem(wordsOf(error)))
    get<LocalPlugin[]>('/api/workspace').then(setLocals, () => {})
  }, [])
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
      {problem && <Notice kind="error">{problem}</Notice>}
      <LocalPlugins locals={locals.filter(({ plugin }) => plugin === undefined)} onProblem={setProblem} />
      {plugins?.length === 0 && (
        <p className="empty">
          Nothing is registered yet. Type the address of a plugin, such as <code>localhost:3333</code>, and see step by
          step what a host makes of it.
        </p>
      )}
      {plugins && plugins.length > 10 && (
        <TextInput label="Find a plugin" type="search" value={query} onChange={setQuery} />
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
              <p className="tags">
                <span className={`tag ${plugin.activation}`}>{stateWords[plugin.activation]}</span>
                <span className="tag">{authWords[plugin.auth.type]}</span>
                {!plugin.isOwn && <span className="tag">from {plugin.ownerName}</span>}
                {plugin.trouble && <span className="tag bad">not called</span>}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {found && found.length > count && (
        <Button onPress={() => setCount(count + shownAtOnce)}>Show more of {found.length}</Button>
      )}
    </main>
  )
}

/** The plugins of this repository: one click, since what they made for development is known. */
function LocalPlugins({ locals, onProblem }: { locals: LocalPlugin[]; onProblem: (problem: string) => void }) {
  const [, go] = useLocation()
  const [busy, setBusy] = useState('')
  if (locals.length === 0) return null
  const register = async (name: string) => {
    setBusy(name)
    try {
      for await (const event of events<RegistrationEvent>('POST', `/api/workspace/${name}`, {}))
        if (event.type === 'end')
          go(
            event.registration.approved
              ? `/plugins/${event.registration.approved}`
              : `/plugins/register?id=${event.registration.id}`,
          )
    } catch (error) {
      onProblem(wordsOf(error))
    }
    setBusy('')
  }
  return (
    <section aria-labelledby="local">
      <h2 id="local">In this repository</h2>
      <ul className="plain card">
        {locals.map(({ name, url, isRunning }) => (
          <li key={name} className="row spread">
            <span>
              <strong>{name}</strong> <small>{url}</small>
            </span>
            {isRunning ? (
              <Button isDisabled={busy !== ''} onPress={() => void register(name)}>
                {busy === name ? 'Registering…' : `Register ${name}`}
              </Button>
            ) : (
              <small>
                not running: <code>pnpm dev --filter {name}</code>
              </small>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
