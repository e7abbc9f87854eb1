import type { LocalPlugin, PluginDetail } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Problem } from '../parts/notice.tsx'
import { SecretInput } from '../parts/text-input.tsx'
import { ActivateButton } from './activate-button.tsx'
import { DifferenceView } from './difference-view.tsx'
import { activationLabels } from './labels.ts'

interface Props {
  plugin: PluginDetail
  local: LocalPlugin | undefined
  onChange: (plugin: PluginDetail) => void
}

/** Activates the plugin for this user: with one click, a token, or an OAuth sign-in. */
export function Activation({ plugin, local, onChange }: Props) {
  const { id, auth, activation, title, changes, ownerName } = plugin
  const { problem, attempt } = useAttempt()
  const isActive = activation === 'active'
  const typesToken = auth.type === 'user_http'
  const send = (method: string, body?: object, place = 'activation') =>
    attempt(async () => onChange(await request<PluginDetail>(method, `/api/plugins/${id}/${place}`, body)))
  return (
    <section className="card" aria-labelledby="activation">
      <h2 id="activation">
        Activation: <span className={`tag ${activation}`}>{activationLabels[activation]}</span>
      </h2>
      <Problem>{problem}</Problem>
      {changes && (
        <>
          <p>{ownerName} has approved a new version of this plugin. It is paused for you until you approve it too.</p>
          {changes.difference.map((one) => (
            <DifferenceView key={one.document} difference={one} />
          ))}
          <Button kind="primary" onPress={() => void send('PUT', { hash: changes.hash }, 'approval')}>
            Approve changes
          </Button>
        </>
      )}
      {isActive && local?.hasNewToken && <ActivateButton plugin={plugin} local={local} onActive={onChange} />}
      {isActive && (
        <Button onPress={() => void send('DELETE')}>
          {auth.type === 'oauth' ? 'Sign out and revoke access' : `Deactivate ${title}`}
        </Button>
      )}
      {!isActive && !changes && (
        <>
          {auth.type === 'oauth' && (
            <p>
              {title} requires a sign-in. {auth.scope && <>Requested access: {auth.scope}.</>}
            </p>
          )}
          {(!typesToken || local?.hasToken) && <ActivateButton plugin={plugin} local={local} onActive={onChange} />}
          {typesToken && (
            <Form onSubmit={(values) => send('PUT', values)}>
              <SecretInput
                label="Your token"
                name="token"
                description="Get it from the developer of the plugin. It is stored encrypted and sent only to this plugin."
                isRequired
              />
              <Button type="submit" kind={local?.hasToken ? undefined : 'primary'}>
                Activate {title}
              </Button>
            </Form>
          )}
        </>
      )}
    </section>
  )
}
