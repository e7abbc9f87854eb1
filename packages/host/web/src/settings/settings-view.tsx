import type { ModelChoice } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { Select } from '../parts/select.tsx'
import { useSession } from '../session/session.ts'
import { AccountCard } from './account-card.tsx'
import { EndpointForm } from './endpoint-form.tsx'
import { setTheme, useTheme } from './theme.ts'

export function SettingsView() {
  const { session, reload } = useSession()
  const theme = useTheme()
  const { chosen, found, problems } = session.model
  const { problem, attempt } = useAttempt()
  const choose = (choice: ModelChoice) => attempt(() => request('PUT', '/api/models', choice).then(reload))
  return (
    <main id="main" className="page">
      <h1>Settings</h1>
      <Problem>{problem}</Problem>
      <section className="card" aria-labelledby="model">
        <h2 id="model">Model</h2>
        {chosen ? (
          <p>
            Using <strong>{chosen.model}</strong> at {chosen.baseUrl} ({chosen.from}).
          </p>
        ) : (
          <p>
            No model found. Set <code>OPENAI_API_KEY</code> or <code>ANTHROPIC_API_KEY</code> and restart the host,
            start Ollama on this machine, or add an endpoint below. You can call operations without a model.
          </p>
        )}
        {problems.map((one) => (
          <Notice key={one} kind="warning">
            {one}
          </Notice>
        ))}
        {found.length > 0 && (
          <ul className="plain">
            {found.slice(0, 50).map((one) => (
              <li key={`${one.baseUrl} ${one.model}`} className="row spread">
                <span>
                  {one.model} <small>{one.from}</small>
                </span>
                <Button
                  isDisabled={chosen?.model === one.model && chosen.baseUrl === one.baseUrl}
                  onPress={() => void choose(one)}
                >
                  Use {one.model}
                </Button>
              </li>
            ))}
          </ul>
        )}
        <EndpointForm onChoose={choose} />
      </section>
      <section className="card" aria-labelledby="appearance">
        <h2 id="appearance">Appearance</h2>
        <Select
          label="Theme"
          value={theme}
          options={[
            ['system', 'System'],
            ['light', 'Light'],
            ['dark', 'Dark'],
          ]}
          onChange={setTheme}
        />
      </section>
      {session.mode === 'accounts' && <AccountCard />}
    </main>
  )
}
