import { ModelCard } from '../models/model-card.tsx'
import { Select } from '../parts/select.tsx'
import { Title } from '../parts/title.tsx'
import { useSession } from '../session/session.ts'
import { AccountCard } from './account-card.tsx'
import { setTheme, useTheme } from './theme.ts'

export function SettingsView() {
  const { session } = useSession()
  const theme = useTheme()
  return (
    <main id="main" className="page">
      <Title>Settings</Title>
      <h1>Settings</h1>
      <section className="card" aria-labelledby="model">
        <h2 id="model">Model</h2>
        <ModelCard />
      </section>
      <section className="card" aria-labelledby="appearance">
        <h2 id="appearance">Appearance</h2>
        <Select
          label="Theme"
          value={theme}
          options={[
            ['system', 'System'],
            ['light', 'Light'],
            ['dark', 'Dark'],
          ]}
          onChange={setTheme}
        />
      </section>
      {session.mode === 'accounts' && <AccountCard />}
    </main>
  )
}
