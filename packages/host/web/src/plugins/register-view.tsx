import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { Registration } from '../../../src/wire.ts'
import { get } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { SecretInput, TextInput } from '../parts/text-input.tsx'
import { Title } from '../parts/title.tsx'
import { Approval } from './approval.tsx'
import { useRegistration } from './registration.ts'
import { StepList } from './step-list.tsx'

export function RegisterView() {
  const [parameters] = useSearchParams()
  const [address, setAddress] = useState('')
  const [token, setToken] = useState('')
  const { steps, registration, isRunning, problem, attempt, show, start } = useRegistration((found) =>
    setAddress(found.address),
  )
  const known = parameters.get('id')
  useEffect(() => {
    if (known) void attempt(async () => show(await get<Registration>(`/api/registrations/${known}`)))
  }, [known])
  return (
    <main id="main" className="page">
      <Title>Register a plugin</Title>
      <h1>Register a plugin</h1>
      <Form className="card" onSubmit={(values) => start('/api/registrations', values)}>
        <TextInput
          label="Address"
          name="address"
          value={address}
          onChange={setAddress}
          placeholder="localhost:3333"
          description="A domain, localhost with a port, or the URL of a manifest, a spec or an MCP server"
          isRequired
          autoFocus
        />
        <details>
          <summary>This plugin requires a token to read its documents</summary>
          <SecretInput label="Token" name="token" value={token} onChange={setToken} />
        </details>
        <Button type="submit" kind="primary" isDisabled={isRunning}>
          {isRunning ? 'Reading…' : 'Find plugin'}
        </Button>
      </Form>
      <Problem>{problem}</Problem>
      {steps && (
        <section className="card" aria-labelledby="steps">
          <h2 id="steps">Checks</h2>
          <StepList steps={steps} isRunning={isRunning} />
        </section>
      )}
      {registration && !registration.isReady && (
        <Notice kind="warning">The plugin was not registered. Fix the failed step and try again.</Notice>
      )}
      {registration?.isReady && <Approval key={registration.id} registration={registration} token={token} />}
    </main>
  )
}
