import { useState } from 'react'
import type { PluginDetail, Registration, RegistrationEvent, RegistrationStep } from '../../../src/wire.ts'
import { events, request, wordsOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Copyable } from '../parts/copy-button.tsx'
import { Notice } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { Approval } from './register-view.tsx'
import { StepList } from './step-list.tsx'

interface Props {
  plugin: PluginDetail
  onChange: (plugin: PluginDetail) => void
  onReload: () => void
}

/** What only who registered a plugin sees: reading it again, its secrets, and its verification. */
export function Developer({ plugin, onChange, onReload }: Props) {
  const [steps, setSteps] = useState<RegistrationStep[]>()
  const [registration, setRegistration] = useState<Registration>()
  const [problem, setProblem] = useState('')
  const [serviceToken, setServiceToken] = useState('')
  const [clientId, setClientId] = useState(plugin.clientId ?? '')
  const [clientSecret, setClientSecret] = useState('')
  const put = (method: string, path: string, body: object) =>
    request<PluginDetail>(method, `/api/plugins/${plugin.id}/${path}`, body).then(
      (found) => {
        setProblem('')
        onChange(found)
      },
      (error) => setProblem(wordsOf(error)),
    )
  const readAgain = async () => {
    setSteps([])
    setRegistration(undefined)
    try {
      for await (const event of events<RegistrationEvent>('POST', `/api/plugins/${plugin.id}/refresh`, {})) {
        if (event.type === 'end') {
          setSteps(event.registration.steps)
          setRegistration(event.registration)
          onReload()
        } else setSteps((before = []) => [...before.filter(({ name }) => name !== event.step.name), event.step])
      }
    } catch (error) {
      setProblem(wordsOf(error))
    }
  }
  return (
    <section className="card" aria-labelledby="developer">
      <h2 id="developer">For the developer</h2>
      {problem && <Notice kind="error">{problem}</Notice>}
      <Button onPress={() => void readAgain()}>Read it again</Button>
      {steps && <StepList steps={steps} isRunning={registration === undefined} />}
      {registration && !registration.changes && registration.isReady && (
        <Notice kind="good">Manifest and spec are as they were approved.</Notice>
      )}
      {registration?.changes && <Approval registration={registration} onApproved={onReload} />}
      {plugin.auth.type === 'service_http' && (
        <form
          className="inline"
          onSubmit={(event) => {
            event.preventDefault()
            setServiceToken('')
            void put('PUT', 'service-token', { token: serviceToken })
          }}
        >
          <TextInput
            label={plugin.hasServiceToken ? 'Another service token' : 'Service token'}
            type="password"
            autoComplete="off"
            value={serviceToken}
            onChange={setServiceToken}
            isRequired
          />
          <Button type="submit">Keep it</Button>
        </form>
      )}
      {plugin.auth.type === 'oauth' && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void put('PUT', 'client', { id: clientId, ...(clientSecret !== '' && { secret: clientSecret }) })
          }}
        >
          <h3>Client of the authorization server</h3>
          {plugin.callbackUrl && <Copyable label="Callback" text={plugin.callbackUrl} />}
          <TextInput label="Client id" autoComplete="off" value={clientId} onChange={setClientId} isRequired />
          <TextInput
            label="Client secret"
            type="password"
            autoComplete="off"
            value={clientSecret}
            onChange={setClientSecret}
          />
          <Button type="submit">Use this client</Button>
        </form>
      )}
      {plugin.verification && (
        <>
          <h3>Verification token</h3>
          <Copyable
            label="Line for auth"
            text={`"verification_tokens": { "${plugin.verification.service}": "${plugin.verification.token}" }`}
          />
          <p role="status">{plugin.verification.isThere ? 'It is in the manifest.' : 'It is not in the manifest.'}</p>
          <Button onPress={() => void put('POST', 'verification', {})}>Look for it</Button>
        </>
      )}
    </section>
  )
}
