import { useState } from 'react'
import type { ModelChoice, ModelState, Session } from '../../../src/wire.ts'
import { request, wordsOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { useSession } from '../session/session.ts'
import { setTheme, type Theme, useTheme } from './theme.ts'

const themes: Record<Theme, string> = { system: 'As the system has it', light: 'Light', dark: 'Dark' }

export function SettingsView() {
  const { session, setSession, reload } = useSession()
  const theme = useTheme()
  const { chosen, found, problems } = session.model
  const [problem, setProblem] = useState('')
  const choose = (choice: ModelChoice) =>
    request<ModelState>('PUT', '/api/models', choice).then(reload, (error) => setProblem(wordsOf(error)))
  const signOut = () => request<Session>('DELETE', '/api/session').then(setSession)
  return (
    <main id="main" className="page">
      <h1>Settings</h1>
      {problem && <Notice kind="error">{problem}</Notice>}
      <section className="card" aria-labelledby="model">
        <h2 id="model">Model</h2>
        {chosen ? (
          <p>
            <strong>{chosen.model}</strong> at {chosen.baseUrl} ({chosen.from}) answers.
          </p>
        ) : (
          <p>
            No model was found. Set <code>OPENAI_API_KEY</code> or <code>ANTHROPIC_API_KEY</code> and start the host
            again, start Ollama on this machine, or name an endpoint below. Without a model every operation can be
            called by hand.
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
        <label className="field">
          Colours
          <select value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
            {Object.entries(themes).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </section>
      {session.mode === 'accounts' && (
        <section className="card" aria-labelledby="account">
          <h2 id="account">Account</h2>
          <p>You are signed in as {session.user?.name}.</p>
          <Button onPress={() => void signOut()}>Sign out</Button>
        </section>
      )}
    </main>
  )
}

function EndpointForm({ onChoose }: { onChoose: (choice: ModelChoice) => Promise<void> }) {
  const [provider, setProvider] = useState<ModelChoice['provider']>('openai-compatible')
  const [baseUrl, setBaseUrl] = useState('')
  const [model, setModel] = useState('')
  const [apiKey, setApiKey] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void onChoose({
          provider,
          baseUrl: baseUrl.trim().replace(/\/+$/, ''),
          model,
          ...(apiKey !== '' && { apiKey }),
        })
      }}
    >
      <h3>An endpoint</h3>
      <label className="field">
        Speaks as
        <select value={provider} onChange={(event) => setProvider(event.target.value as ModelChoice['provider'])}>
          <option value="openai-compatible">OpenAI (Ollama, vLLM, LM Studio, llama.cpp)</option>
          <option value="anthropic">Anthropic</option>
        </select>
      </label>
      <TextInput
        label="Base URL"
        value={baseUrl}
        onChange={setBaseUrl}
        placeholder="http://localhost:11434/v1"
        isRequired
      />
      <TextInput label="Model" value={model} onChange={setModel} isRequired />
      <TextInput
        label="Key"
        type="password"
        value={apiKey}
        onChange={setApiKey}
        autoComplete="off"
        description="Kept encrypted, and sent to this endpoint only"
      />
      <Button type="submit" kind="primary">
        Use this endpoint
      </Button>
    </form>
  )
}
