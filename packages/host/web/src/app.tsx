import { useCallback, useEffect, useState } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import type { Session } from '../../src/wire.ts'
import { get, wordsOf } from './api.ts'
import { ConverseView } from './converse/converse-view.tsx'
import { Navigation } from './navigation.tsx'
import { Notice } from './parts/notice.tsx'
import { PluginView } from './plugins/plugin-view.tsx'
import { PluginsView } from './plugins/plugins-view.tsx'
import { RegisterView } from './plugins/register-view.tsx'
import { ShareView } from './plugins/share-view.tsx'
import { SessionContext } from './session/session.ts'
import { SignInView } from './session/sign-in-view.tsx'
import { SettingsView } from './settings/settings-view.tsx'
import { useTheme } from './settings/theme.ts'

export function App() {
  const [session, setSession] = useState<Session>()
  const [problem, setProblem] = useState('')
  const [path] = useLocation()
  useTheme()
  const reload = useCallback(
    () =>
      get<Session>('/api/session').then(setSession, (error) => {
        setProblem(wordsOf(error))
      }),
    [],
  )
  useEffect(() => {
    void reload()
  }, [reload])

  if (problem !== '') return <main className="alone">{<Notice kind="error">{problem}</Notice>}</main>
  if (!session) return <main className="alone" aria-busy="true" />
  return (
    <SessionContext.Provider value={{ session, setSession, reload }}>
      {session.user ? (
        <>
          <a className="skip" href="#main">
            Skip to the content
          </a>
          <Navigation />
          <Switch>
            <Route path="/plugins" component={PluginsView} />
            <Route path="/plugins/register" component={RegisterView} />
            <Route path="/plugins/:id">{({ id }) => <PluginView key={id} id={id} />}</Route>
            <Route path="/settings" component={SettingsView} />
            <Route path="/share/:secret">{({ secret }) => <ShareView secret={secret} />}</Route>
            <Route path="/c/:id">{({ id }) => <ConverseView id={id} />}</Route>
            <Route path="/">
              <ConverseView />
            </Route>
            <Route>
              <main id="main" className="alone">
                <h1>There is nothing at {path}</h1>
              </main>
            </Route>
          </Switch>
        </>
      ) : (
        <SignInView />
      )}
    </SessionContext.Provider>
  )
}
