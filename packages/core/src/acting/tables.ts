import type { Migrations } from '@reference-plugins/store'

/**
 * The tables of actions: an idempotency key with its call and answer, the secret that seals confirmations, tasks, and questions to people. A plugin
 * with operations that act once includes them in its migrations.
 */
export const actionMigrations: Migrations = {
  'core actions': `
    CREATE TABLE core_action (
      owner TEXT NOT NULL,
      operation TEXT NOT NULL,
      idempotency_key TEXT NOT NULL,
      action_key TEXT NOT NULL,
      input_hash TEXT NOT NULL,
      input TEXT,
      status INTEGER,
      answer TEXT,
      tries INTEGER NOT NULL,
      held_until TEXT NOT NULL,
      expires_at TEXT NOT NULL,
      PRIMARY KEY (owner, operation, idempotency_key)
    );
    CREATE INDEX core_action_key ON core_action (owner, operation, action_key);
    CREATE INDEX core_action_expiry ON core_action (expires_at);
    CREATE TABLE core_secret (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
  'core tasks': `
    CREATE TABLE core_task (
      id TEXT PRIMARY KEY,
      owner TEXT NOT NULL,
      operation TEXT NOT NULL,
      action_key TEXT NOT NULL,
      progress TEXT,
      cancelled_at TEXT,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      UNIQUE (owner, operation, action_key)
    );
    CREATE INDEX core_task_age ON core_task (created_at)`,
  'core questions': `
    CREATE TABLE core_question (
      id TEXT PRIMARY KEY,
      owner TEXT NOT NULL,
      is_confirmed INTEGER,
      created_at TEXT NOT NULL
    )`,
}
