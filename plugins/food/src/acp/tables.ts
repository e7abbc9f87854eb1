import type { Migrations } from '@reference-plugins/store'

/** What each session was when ACP last answered it: that is what the agent has shown to its user. */
export const acpMigrations: Migrations = {
  'acp answer': `
    CREATE TABLE acp_answer (
      checkout TEXT PRIMARY KEY REFERENCES checkout (id) ON DELETE CASCADE,
      version INTEGER NOT NULL,
      total INTEGER NOT NULL
    )`,
}
