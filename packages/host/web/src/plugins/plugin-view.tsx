import { useCallback, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { PluginDetail } from '../../../src/wire.ts'
import { get, request, wordsOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Notice } from '../parts/notice.tsx'
import { Activation } from './activation.tsx'
import { Developer } from './developer.tsx'
import { Documents } from './documents.tsx'
import { Logo } from './logo.tsx'
import { OperationList } from './operation-list.tsx'
import { Report } from './report.tsx'
import { Sharing } from './sharing.tsx'
import { authWords } from './words.ts'

export function PluginView({ id }: { id: string }) {
  const [plugin, setPlugin] = useState<PluginDetail>()
  const [problem, setProblem] = useState('')
  const [, go] = useLocation()
  const load = useCallback(
    () => void get<PluginDetail>(`/api/plugins/${id}`).then(setPlugin, (error) => setProblem(wordsOf(error))),
    [id],
  )
  useEffect(load, [load])
  const remove = () =>
    request('DELETE', `/api/plugins/${id}`).then(
      () => go('/plugins'),
      (error) => setProblem(wordsOf(error)),
    )
  if (!plugin)
    return (
      <main id="main" className="page" aria-busy={problem === ''}>
        {problem && <Notice kind="error">{problem}</Notice>}
      </main>
    )
  return (
    <main id="main" className="page">
      <div className="row">
        <Logo plugin={plugin} />
        <div>
          <h1>{plugin.title}</h1>
          <p>
            {plugin.address} <small>{authWords[plugin.auth.type]}</small>
            {!plugin.isOwn && <small>, shared by {plugin.ownerName}</small>}
          </p>
        </div>
      </div>
      {problem && <Notice kind="error">{problem}</Notice>}
      {plugin.trouble && (
        <Notice kind="warning">
          It is not called: {plugin.trouble}.{' '}
          {plugin.isOwn ? 'Read it again below, and look at what has changed.' : `Ask ${plugin.ownerName}.`}
        </Notice>
      )}
      <p>{plugin.descriptionForHuman}</p>
      <Activation plugin={plugin} onChange={setPlugin} />
      {plugin.activation === 'active' && (
        <Button kind="primary" onPress={() => go(`/?plugin=${plugin.id}`)}>
          Talk with {plugin.title}
        </Button>
      )}
      <section className="card">
        <OperationList operations={plugin.operations} />
      </section>
      {plugin.isOwn && <Sharing plugin={plugin} onReload={load} />}
      {plugin.isOwn && <Report id={plugin.id} />}
      {plugin.isOwn && <Developer plugin={plugin} onChange={setPlugin} onReload={load} />}
      <Documents plugin={plugin} />
      <Confirm
        trigger={<Button kind="danger">{plugin.isOwn ? 'Remove the plugin' : 'Let go of the plugin'}</Button>}
        title={`Remove ${plugin.title}?`}
        action="Remove"
        onConfirm={() => void remove()}
      >
        {plugin.isOwn
          ? 'It goes for everyone it is shared with, and with it every token that was kept for it. Conversations stay.'
          : 'You are signed out of it. Who shared it can share it again.'}
      </Confirm>
    </main>
  )
}
