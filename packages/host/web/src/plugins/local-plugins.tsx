import { useState } from 'react'
import { useLocation } from 'wouter'
import type { LocalPlugin } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { Problem } from '../parts/notice.tsx'
import { useRegistration } from './registration.ts'

/** The plugins of this repository. One click registers one, because the host knows their development tokens. */
export function LocalPlugins({ locals }: { locals: LocalPlugin[] }) {
  const [, go] = useLocation()
  const [chosen, setChosen] = useState('')
  const {
    isRunning: isBusy,
    problem,
    start,
  } = useRegistration(({ id, approved }) => go(approved ? `/plugins/${approved}` : `/plugins/register?id=${id}`))
  if (locals.length === 0) return null
  const register = (name: string) => {
    setChosen(name)
    void start(`/api/workspace/${name}`)
  }
  return (
    <section aria-labelledby="local">
      <h2 id="local">Plugins in this repository</h2>
      <Problem>{problem}</Problem>
      <ul className="plain card">
        {locals.map(({ name, url, isRunning, isRemoved, problem: trouble }) => (
          <li key={name} className="row spread">
            <span>
              <strong>{name}</strong> <small>{url}</small>
              {trouble && <small className="fault">{trouble}</small>}
            </span>
            {isRunning ? (
              <Button isDisabled={isBusy} onPress={() => register(name)}>
                {isBusy && chosen === name ? 'Registering…' : `Register ${name}${isRemoved ? ' again' : ''}`}
              </Button>
            ) : (
              <small>
                Not running. Start it with <code>pnpm dev --filter {name}</code>
              </small>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
