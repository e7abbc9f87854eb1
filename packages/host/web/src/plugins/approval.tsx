import { useState } from 'react'
import { useLocation } from 'wouter'
import type { PluginDetail, Registration } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Problem } from '../parts/notice.tsx'
import { SecretInput } from '../parts/text-input.tsx'
import { ClientFields } from './client-fields.tsx'
import { DifferenceView } from './difference-view.tsx'
import { Preview } from './preview.tsx'
import { RepairList } from './repair-list.tsx'
import { VerificationLine } from './verification-line.tsx'

interface Props {
  registration: Registration
  /** The token that the documents were read with. */
  token?: string
  onApproved?: () => void
}

/** Shows a plugin, or the changes of one, for approval, and asks for the secrets that it needs. */
export function Approval({ registration, token = '', onApproved }: Props) {
  const { plugin, repairs, changes, id } = registration
  const [, go] = useLocation()
  const [serviceToken, setServiceToken] = useState(token)
  const [client, setClient] = useState({ id: '', secret: '' })
  const { problem, attempt } = useAttempt()
  if (!plugin) return null
  const approve = () =>
    attempt(async () => {
      const given = { serviceToken, clientId: client.id, clientSecret: client.secret }
      const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
      const approved = await request<PluginDetail>('POST', `/api/registrations/${id}/approve`, input)
      onApproved?.()
      go(`/plugins/${approved.id}`)
    })
  const { auth, verification } = plugin
  return (
    <Form className="card" aria-labelledby="approve" onSubmit={approve}>
      <h2 id="approve">{changes ? 'Changes to review' : plugin.title}</h2>
      {changes?.difference.map((one) => (
        <DifferenceView key={one.document} difference={one} />
      ))}
      {!changes && <Preview plugin={plugin} />}
      <RepairList repairs={repairs} />
      {!changes && auth.type === 'service_http' && (
        <SecretInput
          label="Service token"
          value={serviceToken}
          onChange={setServiceToken}
          description="Used for all users. It is stored encrypted and sent only to this plugin."
          isRequired
        />
      )}
      {!changes && auth.type === 'oauth' && (
        <fieldset>
          <legend>OAuth client</legend>
          <p>
            Leave these fields empty if the authorization server supports dynamic client registration. Otherwise,
            register a client there with this callback URL.
          </p>
          <ClientFields client={client} onChange={setClient} callbackUrl={plugin.callbackUrl} />
        </fieldset>
      )}
      {!changes && verification && (
        <details>
          <summary>Verification token: {verification.isThere ? 'in the manifest' : 'not in the manifest'}</summary>
          <p>ChatGPT used this token to verify that the developer owns the domain. This host does not require it.</p>
          <VerificationLine verification={verification} />
        </details>
      )}
      <Problem>{problem}</Problem>
      <Button type="submit" kind="primary">
        {changes ? 'Approve changes' : `Register ${plugin.title}`}
      </Button>
    </Form>
  )
}
