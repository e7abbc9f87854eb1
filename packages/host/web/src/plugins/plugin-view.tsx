import { useLocation } from 'wouter'
import type { PluginDetail } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { useLoaded } from '../loaded.ts'
import { Button } from '../parts/button.tsx'
import { CodeDetails } from '../parts/code.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { Activation } from './activation.tsx'
import { Developer } from './developer.tsx'
import { authLabels } from './labels.ts'
import { Logo } from './logo.tsx'
import { OperationList } from './operation-list.tsx'
import { Report } from './report.tsx'
import { Sharing } from './sharing.tsx'

export function PluginView({ id }: { id: string }) {
  const {
    value: plugin,
    setValue: setPlugin,
    problem: loadProblem,
    reload,
  } = useLoaded<PluginDetail>(`/api/plugins/${id}`)
  const { problem, attempt } = useAttempt()
  const [, go] = useLocation()
  const remove = () => attempt(() => request('DELETE', `/api/plugins/${id}`).then(() => go('/plugins')))
  if (!plugin)
    return (
      <main id="main" className="page" aria-busy={loadProblem === ''}>
        <Problem>{loadProblem}</Problem>
      </main>
    )
  const { title, isOwn, ownerName, trouble } = plugin
  return (
    <main id="main" className="page">
      <div className="row">
        <Logo plugin={plugin} />
        <div>
          <h1>{title}</h1>
          <p>
            {plugin.address} <small>{authLabels[plugin.auth.type]}</small>
            {!isOwn && <small>, shared by {ownerName}</small>}
          </p>
        </div>
      </div>
      <Problem>{problem || loadProblem}</Problem>
      {trouble && (
        <Notice kind="warning">
          Calls are paused: {trouble}.{' '}
          {isOwn ? 'Reload the plugin under “Developer settings” and review the changes.' : `Contact ${ownerName}.`}
        </Notice>
      )}
      <p>{plugin.descriptionForHuman}</p>
      <Activation plugin={plugin} onChange={setPlugin} />
      {plugin.activation === 'active' && (
        <Button kind="primary" onPress={() => go(`/?plugin=${id}`)}>
          Chat with {title}
        </Button>
      )}
      <section className="card">
        <OperationList operations={plugin.operations} />
      </section>
      {isOwn && (
        <>
          <Sharing plugin={plugin} onReload={reload} />
          <Report id={id} />
          <Developer plugin={plugin} onChange={setPlugin} onReload={reload} />
        </>
      )}
      <Documents plugin={plugin} />
      <Confirm
        trigger={<Button kind="danger">Remove plugin</Button>}
        title={`Remove ${title}?`}
        action="Remove plugin"
        onConfirm={() => void remove()}
      >
        {isOwn
          ? 'This removes the plugin and its stored tokens for you and for everyone you shared it with. Conversations are kept.'
          : `This signs you out of the plugin. ${ownerName} can share it with you again.`}
      </Confirm>
    </main>
  )
}

/** The documents that were approved. */
const Documents = ({ plugin: { manifest, spec, prompt } }: { plugin: PluginDetail }) => (
  <section className="card" aria-labelledby="documents">
    <h2 id="documents">Documents</h2>
    <CodeDetails label="Prompt in ChatGPT’s format" text={prompt} />
    {manifest !== undefined && <CodeDetails label="Manifest" text={manifest} />}
    {spec !== undefined && <CodeDetails label="Spec" text={spec} />}
  </section>
)
