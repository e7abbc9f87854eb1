import { Link, useLocation } from 'wouter'
import type { LocalPlugin, PluginDetail } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { useLoaded } from '../loaded.ts'
import { Loading } from '../parts/loading.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { Title } from '../parts/title.tsx'
import { Developer } from './developer.tsx'
import { authLabels } from './labels.ts'
import { Logo } from './logo.tsx'
import { OperationList } from './operation-list.tsx'
import { Overview } from './overview.tsx'
import { Report } from './report.tsx'

export function PluginView({ id }: { id: string }) {
  const {
    value: plugin,
    setValue: setPlugin,
    problem: loadProblem,
    reload,
  } = useLoaded<PluginDetail>(`/api/plugins/${id}`)
  const { value: locals, reload: reloadLocals } = useLoaded<LocalPlugin[]>('/api/workspace')
  const { problem, attempt } = useAttempt()
  const [, go] = useLocation()
  const remove = () => attempt(() => request('DELETE', `/api/plugins/${id}`).then(() => go('/plugins')))
  if (!plugin)
    return (
      <main id="main" className="page" aria-busy={loadProblem === ''}>
        {loadProblem === '' && <Loading />}
        <Problem retry={reload}>{loadProblem}</Problem>
        {loadProblem !== '' && <Link href="/plugins">All plugins</Link>}
      </main>
    )
  const { title, isOwn, ownerName, trouble } = plugin
  const isActive = plugin.activation === 'active'
  return (
    <main id="main" className="page">
      <Title>{title}</Title>
      <div className="plugin-head">
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
          {isOwn ? 'Reload the plugin under “Developer” and review the changes.' : `Contact ${ownerName}.`}
        </Notice>
      )}
      <Tabs
        label={title}
        tabs={{
          overview: {
            title: 'Overview',
            content: (
              <Overview
                plugin={plugin}
                local={locals?.find((local) => local.plugin === id)}
                onChange={(changed) => {
                  setPlugin(changed)
                  void reloadLocals()
                }}
                onReload={reload}
                onRemove={() => void remove()}
              />
            ),
          },
          operations: {
            title: `Operations (${plugin.operations.length})`,
            content: (
              <OperationList
                operations={plugin.operations}
                {...(isActive && { callPath: (name) => `/?${new URLSearchParams({ plugin: id, operation: name })}` })}
              />
            ),
          },
          ...(isOwn && {
            developer: {
              title: 'Developer',
              content: <Developer plugin={plugin} onChange={setPlugin} onReload={reload} />,
            },
            report: { title: 'Contract test', content: <Report id={id} /> },
          }),
        }}
      />
    </main>
  )
}
