import { useLocation } from 'wouter'
import type { PluginDetail, PluginPreview, Registration } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Problem } from '../parts/notice.tsx'
import { SecretInput } from '../parts/text-input.tsx'
import { ClientFields } from './client-fields.tsx'
import { DifferenceView } from './difference-view.tsx'
import { authLabels } from './labels.ts'
import { OperationList } from './operation-list.tsx'
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
  const { problem, attempt } = useAttempt()
  if (!plugin) return null
  const approve = (input: object) =>
    attempt(async () => {
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
          name="serviceToken"
          defaultValue={token}
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
          <ClientFields callbackUrl={plugin.callbackUrl} />
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

/** What a plugin says about itself, before it is registered. */
const Preview = ({ plugin }: { plugin: PluginPreview }) => (
  <>
    <p>{plugin.descriptionForHuman}</p>
    <dl className="facts">
      <dt>Server</dt>
      <dd>{plugin.server}</dd>
      <dt>Authentication</dt>
      <dd>{authLabels[plugin.auth.type]}</dd>
      <dt>Prompt size</dt>
      <dd>{plugin.tokens} tokens</dd>
      <dt>Description for the model</dt>
      <dd className="told">{plugin.descriptionForModel}</dd>
    </dl>
    <OperationList operations={plugin.operations} />
  </>
)

/** The faults that the host repaired while it read the documents. */
const RepairList = ({ repairs }: { repairs: Registration['repairs'] }) =>
  repairs.length > 0 && (
    <details>
      <summary>
        {repairs.length === 1 ? 'Repaired 1 problem' : `Repaired ${repairs.length} problems`} in the documents
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
  )
