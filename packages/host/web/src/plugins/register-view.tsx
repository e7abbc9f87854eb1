import { useEffect, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import type { PluginDetail, Registration, RegistrationEvent, RegistrationStep } from '../../../src/wire.ts'
import { events, get, request, wordsOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Copyable } from '../parts/copy-button.tsx'
import { Notice } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { DifferenceView } from './difference-view.tsx'
import { OperationList } from './operation-list.tsx'
import { StepList } from './step-list.tsx'
import { authWords } from './words.ts'

export function RegisterView() {
  const [parameters] = useSearchParams()
  const [address, setAddress] = useState('')
  const [token, setToken] = useState('')
  const [steps, setSteps] = useState<RegistrationStep[]>()
  const [registration, setRegistration] = useState<Registration>()
  const [isRunning, setIsRunning] = useState(false)
  const [problem, setProblem] = useState('')
  const known = parameters.get('id')

  const show = (found: Registration) => {
    setAddress(found.address)
    setSteps(found.steps)
    setRegistration(found)
  }
  useEffect(() => {
    if (known) get<Registration>(`/api/registrations/${known}`).then(show, (error) => setProblem(wordsOf(error)))
  }, [known])

  const begin = async () => {
    setProblem('')
    setSteps([])
    setRegistration(undefined)
    setIsRunning(true)
    try {
      const body = { address, ...(token !== '' && { token }) }
      for await (const event of events<RegistrationEvent>('POST', '/api/registrations', body)) {
        if (event.type === 'end') show(event.registration)
        else setSteps((before = []) => [...before.filter(({ name }) => name !== event.step.name), event.step])
      }
    } catch (error) {
      setSteps(undefined)
      setProblem(wordsOf(error))
    }
    setIsRunning(false)
  }

  return (
    <main id="main" className="page">
      <h1>Register a plugin</h1>
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault()
          void begin()
        }}
      >
        <TextInput
          label="Address"
          value={address}
          onChange={setAddress}
          placeholder="localhost:3333"
          description="A domain, localhost with a port, or the URL of a manifest, a spec or an MCP server"
          isRequired
          autoFocus
        />
        <details>
          <summary>It asks for a token already when it is read</summary>
          <TextInput label="Token" type="password" autoComplete="off" value={token} onChange={setToken} />
        </details>
        <Button type="submit" kind="primary" isDisabled={isRunning}>
          {isRunning ? 'Reading…' : 'Find the plugin'}
        </Button>
      </form>
      {problem && <Notice kind="error">{problem}</Notice>}
      {steps && (
        <section className="card" aria-labelledby="steps">
          <h2 id="steps">What the host found</h2>
          <StepList steps={steps} isRunning={isRunning} />
        </section>
      )}
      {registration && !registration.isReady && (
        <Notice kind="warning">
          Put right what the failed step says, and find the plugin again. Nothing was registered.
        </Notice>
      )}
      {registration?.isReady && <Approval key={registration.id} registration={registration} token={token} />}
    </main>
  )
}

interface ApprovalProps {
  registration: Registration
  /** The one that it was read with. */
  token?: string
  onApproved?: () => void
}

/** What would be registered, and what it needs. */
export function Approval({ registration, token = '', onApproved }: ApprovalProps) {
  const { plugin, repairs, changes, id } = registration
  const [, go] = useLocation()
  const [serviceToken, setServiceToken] = useState(token)
  const [clientId, setClientId] = useState('')
  const [clientSecret, setClientSecret] = useState('')
  const [problem, setProblem] = useState('')
  if (!plugin) return null
  const approve = async () => {
    const input = Object.fromEntries(
      Object.entries({ serviceToken, clientId, clientSecret }).filter(([, value]) => value !== ''),
    )
    try {
      const approved = await request<PluginDetail>('POST', `/api/registrations/${id}/approve`, input)
      onApproved?.()
      go(`/plugins/${approved.id}`)
    } catch (error) {
      setProblem(wordsOf(error))
    }
  }
  return (
    <form
      className="card"
      aria-labelledby="approve"
      onSubmit={(event) => {
        event.preventDefault()
        void approve()
      }}
    >
      <h2 id="approve">{changes ? 'What has changed' : plugin.title}</h2>
      {changes?.difference.map((one) => (
        <DifferenceView key={one.document} difference={one} />
      ))}
      {!changes && (
        <>
          <p>{plugin.descriptionForHuman}</p>
          <dl className="facts">
            <dt>Called at</dt>
            <dd>{plugin.server}</dd>
            <dt>Sign-in</dt>
            <dd>{authWords[plugin.auth.type]}</dd>
            <dt>Costs the model</dt>
            <dd>{plugin.tokens} tokens, when it is put before it</dd>
            <dt>What the model is told</dt>
            <dd className="told">{plugin.descriptionForModel}</dd>
          </dl>
          <OperationList operations={plugin.operations} />
        </>
      )}
      {repairs.length > 0 && (
        <details>
          <summary>
            {repairs.length === 1 ? 'One thing was put right' : `${repairs.length} things were put right`} while reading
          </summary>
          <ul>
            {repairs.slice(0, 100).map(({ document, pointer, message }) => (
              <li key={`${document}${pointer}${message}`}>
                <code>
                  {document}
                  {pointer && ` ${pointer}`}
                </code>{' '}
                {message}
              </li>
            ))}
          </ul>
        </details>
      )}
      {!changes && plugin.auth.type === 'service_http' && (
        <TextInput
          label="Service token"
          type="password"
          autoComplete="off"
          value={serviceToken}
          onChange={setServiceToken}
          description="One for all users. Kept encrypted, and sent to this plugin only"
          isRequired
        />
      )}
      {!changes && plugin.auth.type === 'oauth' && (
        <fieldset>
          <legend>Client of the authorization server</legend>
          <p>
            Leave this empty if the server registers clients by itself. Otherwise register one there, with this
            callback:
          </p>
          {plugin.callbackUrl && <Copyable label="Callback" text={plugin.callbackUrl} />}
          <TextInput label="Client id" autoComplete="off" value={clientId} onChange={setClientId} />
          <TextInput
            label="Client secret"
            type="password"
            autoComplete="off"
            value={clientSecret}
            onChange={setClientSecret}
          />
        </fieldset>
      )}
      {!changes && plugin.verification && (
        <details>
          <summary>
            Verification token: {plugin.verification.isThere ? 'it is in the manifest' : 'not in the manifest yet'}
          </summary>
          <p>
            ChatGPT asked developers to put its token into the manifest, so that it knew the domain is theirs. This host
            shows how that works; it does not insist.
          </p>
          <Copyable
            label="Line for auth"
            text={`"verification_tokens": { "${plugin.verification.service}": "${plugin.verification.token}" }`}
          />
        </details>
      )}
      {problem && <Notice kind="error">{problem}</Notice>}
      <Button type="submit" kind="primary">
        {changes ? 'Approve the change' : `Register ${plugin.title}`}
      </Button>
    </form>
  )
}
