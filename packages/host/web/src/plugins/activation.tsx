import type { LocalPlugin, PluginDetail } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { useLoaded } from '../loaded.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Problem } from '../parts/notice.tsx'
import { SecretInput } from '../parts/text-input.tsx'
import { DifferenceView } from './difference-view.tsx'
import { activationLabels } from './labels.ts'
import { useSignIn } from './sign-in.ts'

/** Activates the plugin for this user: with one click, a token, or an OAuth sign-in. */
export function Activation({ plugin, onChange }: { plugin: PluginDetail; onChange: (plugin: PluginDetail) => void }) {
  const { id, auth, activation, title, changes, ownerName } = plugin
  const { problem, attempt } = useAttempt()
  const signIn = useSignIn(id, onChange)
  const locals = useLoaded<LocalPlugin[]>('/api/workspace').value
  const hint = locals?.find((local) => local.plugin === id)?.signInHint
  const isActive = activation === 'active'
  const send = (method: string, body?: object, place = 'activation') =>
    attempt(async () => onChange(await request<PluginDetail>(method, `/api/plugins/${id}/${place}`, body)))
  return (
    <section className="card" aria-labelledby="activation">
      <h2 id="activation">
        Activation: <span className={`tag ${activation}`}>{activationLabels[activation]}</span>
      </h2>
      <Problem>{problem || signIn.problem}</Problem>
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
      {isActive && (
        <Button onPress={() => void send('DELETE')}>
          {auth.type === 'oauth' ? 'Sign out and revoke access' : `Deactivate ${title}`}
        </Button>
      )}
      {!isActive && !changes && auth.type === 'oauth' && (
        <>
          <p>
            {title} requires a sign-in. {auth.scope && <>Requested access: {auth.scope}.</>}
          </p>
          {hint && <p className="told">Development account: {hint}</p>}
          <Button kind="primary" onPress={() => void signIn.signIn()}>
            Sign in to {title}
          </Button>
          {signIn.isWaiting && <p role="status">Complete the sign-in in the other window.</p>}
        </>
      )}
      {!isActive && !changes && auth.type !== 'oauth' && (
        <Form onSubmit={(values) => send('PUT', values)}>
          {auth.type === 'user_http' && (
            <SecretInput
              label="Your token"
              name="token"
              description="Get it from the developer of the plugin. It is stored encrypted and sent only to this plugin."
              isRequired
            />
          )}
          <Button type="submit" kind="primary">
            Activate {title}
          </Button>
        </Form>
      )}
    </section>
  )
}
