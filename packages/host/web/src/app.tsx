import { Route, Switch, useLocation } from 'wouter'
import type { Session } from '../../src/wire.ts'
import { ConverseView } from './converse/converse-view.tsx'
import { useLoaded } from './loaded.ts'
import { Navigation } from './navigation.tsx'
import { Problem } from './parts/notice.tsx'
import { Title } from './parts/title.tsx'
import { PluginView } from './plugins/plugin-view.tsx'
import { PluginsView } from './plugins/plugins-view.tsx'
import { RegisterView } from './plugins/register-view.tsx'
import { ShareView } from './plugins/share-view.tsx'
import { SessionContext } from './session/session.ts'
import { SignInView } from './session/sign-in-view.tsx'
import { SettingsView } from './settings/settings-view.tsx'
import { useTheme } from './settings/theme.ts'

export function App() {
  const { value: session, setValue: setSession, problem, reload } = useLoaded<Session>('/api/session')
  const [path] = useLocation()
  useTheme()
  if (problem !== '' || !session)
    return (
      <main className="alone" aria-busy={problem === ''}>
        <Problem>{problem}</Problem>
      </main>
    )
  return (
    <SessionContext.Provider value={{ session, setSession, reload }}>
      {session.user ? (
        <>
          <a className="skip" href="#main">
            Skip to content
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
                <Title>Page not found</Title>
                <h1>Page not found</h1>
                <p>{path} does not exist.</p>
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
