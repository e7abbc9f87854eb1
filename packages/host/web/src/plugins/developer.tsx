import type { PluginDetail } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { SecretInput } from '../parts/text-input.tsx'
import { Approval } from './approval.tsx'
import { ClientFields } from './client-fields.tsx'
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
    <section className="card" aria-labelledby="developer">
      <h2 id="developer">Developer settings</h2>
      <Problem>{problem || readProblem}</Problem>
      <Button isDisabled={isRunning} onPress={() => void start(`/api/plugins/${id}/refresh`)}>
        Reload plugin
      </Button>
      {steps && <StepList steps={steps} isRunning={isRunning} />}
      {registration && !registration.changes && registration.isReady && (
        <Notice kind="good">No changes since you approved this plugin.</Notice>
      )}
      {registration?.changes && <Approval registration={registration} onApproved={onReload} />}
      {auth.type === 'service_http' && (
        <Form className="row inline" onSubmit={saveToken}>
          <SecretInput label={plugin.hasServiceToken ? 'New service token' : 'Service token'} name="token" isRequired />
          <Button type="submit">Save token</Button>
        </Form>
      )}
      {auth.type === 'oauth' && (
        <Form onSubmit={saveClient}>
          <h3>OAuth client</h3>
          <ClientFields clientId={plugin.clientId} callbackUrl={callbackUrl} isRequired />
          <Button type="submit">Save client</Button>
        </Form>
      )}
      {verification && (
        <>
          <h3>Verification token</h3>
          <VerificationLine verification={verification} />
          <p role="status">
            {verification.isThere ? 'The manifest contains this token.' : 'The manifest does not contain this token.'}
          </p>
          <Button onPress={() => void send('POST', 'verification', {})}>Check again</Button>
        </>
      )}
    </section>
  )
}
