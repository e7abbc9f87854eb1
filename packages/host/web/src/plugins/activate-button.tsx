import { Link } from 'wouter'
import type { LocalPlugin, PluginDetail, PluginSummary } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Problem } from '../parts/notice.tsx'
import { useSignIn } from './sign-in.ts'

interface Props {
  plugin: PluginSummary
  /** The plugin as one of this repository, whose development token or user the host knows. */
  local?: LocalPlugin | undefined
  onActive: (plugin: PluginDetail) => void
}

/** The next step to an active plugin: one button, or a link where the user has to read or type something. */
export function ActivateButton({ plugin, local, onActive }: Props) {
  const { id, title, auth, activation, trouble } = plugin
  const { problem, attempt } = useAttempt()
  const signIn = useSignIn(id, onActive)
  const activate = (method: string, path: string) =>
    attempt(async () => onActive(await request<PluginDetail>(method, path, {})))
  const hasToken = auth.type === 'user_http' && local?.hasToken
  const hasNewToken = local?.hasNewToken
  if (activation === 'changed' || trouble)
    return (
      <Link className="button" href={`/plugins/${id}`}>
        Review {title}
      </Link>
    )
  if (auth.type === 'user_http' && !hasToken && !hasNewToken)
    return (
      <Link className="button primary" href={`/plugins/${id}`}>
        Enter your token for {title}
      </Link>
    )
  return (
    <div className="activate">
      <Problem>{problem || signIn.problem}</Problem>
      {auth.type === 'oauth' && (
        <Button kind="primary" onPress={() => void signIn.signIn()}>
          {activation === 'expired' ? `Sign in to ${title} again` : `Sign in to ${title}`}
        </Button>
      )}
      {hasNewToken && (
        <p className="told">{title} has a new development token. The host still sends the earlier one.</p>
      )}
      {(hasToken || hasNewToken) && (
        <Button kind="primary" onPress={() => void activate('POST', `/api/workspace/${local.name}/activation`)}>
          Use the {hasNewToken && 'new '}development token of {title}
        </Button>
      )}
      {(auth.type === 'none' || (auth.type === 'service_http' && !hasNewToken)) && (
        <Button kind="primary" onPress={() => void activate('PUT', `/api/plugins/${id}/activation`)}>
          Activate {title}
        </Button>
      )}
      {signIn.isWaiting && <p role="status">Complete the sign-in in the other window.</p>}
      {auth.type === 'oauth' && local?.signInHint && <p className="told">Development account: {local.signInHint}</p>}
    </div>
  )
}
