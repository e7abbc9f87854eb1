import type { PluginDetail } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { SecretInput } from '../parts/text-input.tsx'
import { Approval } from './approval.tsx'
import { ClientFields } from './client-fields.tsx'
import { Documents } from './documents.tsx'
import { useRegistration } from './registration.ts'
import { StepList } from './step-list.tsx'
import { VerificationLine } from './verification-line.tsx'

interface Props {
  plugin: PluginDetail
  onChange: (plugin: PluginDetail) => void
  onReload: () => void
}

/** Settings for the user who registered the plugin: its documents, its secrets and its verification. */
export function Developer({ plugin, onChange, onReload }: Props) {
  const { id, auth, verification, callbackUrl } = plugin
  const { steps, registration, isRunning, problem: readProblem, start } = useRegistration(onReload)
  const { problem, attempt } = useAttempt()
  const send = (method: string, path: string, body: object) =>
    attempt(async () => onChange(await request<PluginDetail>(method, `/api/plugins/${id}/${path}`, body)))
  const saveToken = (values: object, form: HTMLFormElement) =>
    send('PUT', 'service-token', values).then(() => form.reset())
  const saveClient = ({ clientId, clientSecret }: Record<string, string>) =>
    send('PUT', 'client', { id: clientId, secret: clientSecret })
  return (
    <>
      <Problem>{problem || readProblem}</Problem>
      <section className="card" aria-labelledby="reload">
        <h2 id="reload">Manifest and spec</h2>
        <p>Reads them again. You see and approve what changed before the plugin can be called with it.</p>
        <Button isDisabled={isRunning} onPress={() => void start(`/api/plugins/${id}/refresh`)}>
          Reload plugin
        </Button>
        {steps && <StepList steps={steps} isRunning={isRunning} />}
        {registration && !registration.changes && registration.isReady && (
          <Notice kind="good">No changes since you approved this plugin.</Notice>
        )}
        {registration?.changes && <Approval registration={registration} onApproved={onReload} />}
      </section>
      {auth.type === 'service_http' && (
        <section className="card" aria-labelledby="service-token">
          <h2 id="service-token">Service token</h2>
          <Form className="row inline" onSubmit={saveToken}>
            <SecretInput
              label={plugin.hasServiceToken ? 'New service token' : 'Service token'}
              name="token"
              isRequired
            />
            <Button type="submit">Save token</Button>
          </Form>
        </section>
      )}
      {auth.type === 'oauth' && (
        <Form className="card" aria-labelledby="client" onSubmit={saveClient}>
          <h2 id="client">OAuth client</h2>
          <ClientFields clientId={plugin.clientId} callbackUrl={callbackUrl} isRequired />
          <Button type="submit">Save client</Button>
        </Form>
      )}
      {verification && (
        <section className="card" aria-labelledby="verification">
          <h2 id="verification">Verification token</h2>
          <VerificationLine verification={verification} />
          <p role="status">
            {verification.isThere ? 'The manifest contains this token.' : 'The manifest does not contain this token.'}
          </p>
          <Button onPress={() => void send('POST', 'verification', {})}>Check again</Button>
        </section>
      )}
      <Documents plugin={plugin} />
    </>
  )
}
