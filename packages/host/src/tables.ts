import { oauthMigrations } from '@reference-plugins/oauth-server/tables'
import { fullTextStep } from '@reference-plugins/store'

/** The columns that hold the user's id, by their tables. */
const userColumns = {
  plugin: 'owner',
  registration: 'owner',
  activation: 'user_id',
  secret: 'user_id',
  sign_in: 'user_id',
  member: 'user_id',
  conversation: 'user_id',
  permission: 'user_id',
  setting: 'user_id',
  oauth_sign_in: 'account_id',
}

/** @param number the definition of a key that the engine counts up */
const hostTables = (number: string, messageText: string): string => `
    CREATE TABLE plugin (
      id TEXT PRIMARY KEY, owner TEXT NOT NULL, address TEXT NOT NULL, document TEXT NOT NULL, manifest TEXT, spec TEXT,
      manifest_url TEXT, spec_url TEXT, hash TEXT NOT NULL, mends TEXT NOT NULL, client_id TEXT, oauth TEXT,
      verification_token TEXT NOT NULL, has_verification INTEGER NOT NULL DEFAULT 0, trouble TEXT, registered_at TEXT NOT NULL
    );
    CREATE INDEX plugin_owner ON plugin (owner);
    CREATE TABLE registration (
      id TEXT PRIMARY KEY, owner TEXT NOT NULL, found TEXT NOT NULL, begun_at TEXT NOT NULL
    );
    CREATE TABLE activation (
      user_id TEXT NOT NULL, plugin TEXT NOT NULL REFERENCES plugin ON DELETE CASCADE, at TEXT NOT NULL, state TEXT NOT NULL,
      PRIMARY KEY (user_id, plugin)
    );
    CREATE TABLE secret (
      user_id TEXT NOT NULL, plugin TEXT NOT NULL, kind TEXT NOT NULL,
      origin TEXT NOT NULL, key_id TEXT NOT NULL, nonce TEXT NOT NULL, sealed TEXT NOT NULL,
      PRIMARY KEY (user_id, plugin, kind)
    );
    CREATE TABLE sign_in (
      state TEXT PRIMARY KEY, user_id TEXT NOT NULL, browser TEXT NOT NULL, plugin TEXT NOT NULL REFERENCES plugin ON DELETE CASCADE,
      verifier TEXT NOT NULL, expires_at TEXT NOT NULL
    );
    CREATE TABLE share (
      id TEXT PRIMARY KEY, plugin TEXT NOT NULL REFERENCES plugin ON DELETE CASCADE, kind TEXT NOT NULL, digest TEXT,
      maximum INTEGER, expires_at TEXT, made_at TEXT NOT NULL
    );
    CREATE INDEX share_plugin ON share (plugin);
    CREATE TABLE member (
      plugin TEXT NOT NULL REFERENCES plugin ON DELETE CASCADE, user_id TEXT NOT NULL,
      share TEXT NOT NULL REFERENCES share ON DELETE CASCADE, PRIMARY KEY (plugin, user_id)
    );
    CREATE INDEX member_user ON member (user_id);
    CREATE TABLE conversation (
      number ${number}, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL, title TEXT NOT NULL, plugins TEXT NOT NULL,
      updated_at TEXT NOT NULL
    );
    CREATE INDEX conversation_user ON conversation (user_id, updated_at);
    CREATE TABLE message (
      number ${number}, id TEXT NOT NULL UNIQUE,
      conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE, role TEXT NOT NULL, parts TEXT NOT NULL, at TEXT NOT NULL
    );
    CREATE INDEX message_conversation ON message (conversation, number);
    ${messageText}
    CREATE TABLE permission (
      user_id TEXT NOT NULL, plugin TEXT NOT NULL REFERENCES plugin ON DELETE CASCADE, operation TEXT NOT NULL, hash TEXT NOT NULL,
      PRIMARY KEY (user_id, plugin, operation)
    );
    CREATE TABLE setting (user_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (user_id, name));`

/** The tables of the host. Times are ISO 8601 in UTC, so that they sort as text. */
export const hostMigrations = {
  ...oauthMigrations,
  host: {
    sqlite: hostTables(
      'INTEGER PRIMARY KEY',
      "CREATE VIRTUAL TABLE message_text USING fts5 (text, content = '', contentless_delete = 1);",
    ),
    postgres: hostTables('INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY', ''),
  },
  'host-repairs': `
    ALTER TABLE plugin RENAME COLUMN mends TO repairs;
    UPDATE registration SET found = replace(found, '"mends":', '"repairs":');`,
  call: `
    CREATE TABLE call (
      id TEXT PRIMARY KEY, message TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE, state TEXT NOT NULL,
      plugin TEXT NOT NULL, plugin_name TEXT NOT NULL, plugin_title TEXT NOT NULL, operation TEXT NOT NULL, title TEXT NOT NULL,
      arguments TEXT NOT NULL, by_hand INTEGER NOT NULL, at TEXT NOT NULL, tool TEXT, ask TEXT, outcome TEXT NOT NULL
    );
    CREATE INDEX call_message ON call (message);
    CREATE INDEX call_state ON call (state);`,
  // Databases of older versions have calls in the parts of their message.
  'calls out of messages': {
    sqlite: `
    INSERT INTO call SELECT
      call ->> '$.id', message, call ->> '$.state', call ->> '$.plugin.id', call ->> '$.plugin.name', call ->> '$.plugin.title',
      call ->> '$.operation', call ->> '$.title', call -> '$.arguments', call ->> '$.byHand', call ->> '$.at',
      call ->> '$.tool', call -> '$.ask',
      json_remove(call, '$.id', '$.plugin', '$.operation', '$.title', '$.arguments', '$.state', '$.byHand', '$.at', '$.tool', '$.ask')
    FROM (
      SELECT message.id AS message, part.value -> '$.call' AS call FROM message, json_each(message.parts) part
      WHERE part.value ->> '$.type' = 'call'
    );
    UPDATE message SET parts = (
      SELECT json_group_array(json(CASE value ->> '$.type'
        WHEN 'call' THEN json_object('type', 'call', 'id', value ->> '$.call.id') ELSE value END) ORDER BY key)
      FROM json_each(parts)
    )
    WHERE id IN (SELECT message FROM call);`,
    postgres: '',
  },
  // The version that a member has approved, if it is not the current one, and the texts of such versions.
  'approved versions': `
    ALTER TABLE activation ADD COLUMN seen TEXT;
    CREATE TABLE plugin_version (
      plugin TEXT NOT NULL REFERENCES plugin ON DELETE CASCADE, hash TEXT NOT NULL, manifest TEXT, spec TEXT,
      PRIMARY KEY (plugin, hash)
    );`,
  // The script of a conversation that plays an example, as JSON.
  'recorded conversations': 'ALTER TABLE conversation ADD COLUMN recorded TEXT;',
  // What is in progress when an account is deleted stores nothing for it. Only the id of an account has 36 characters.
  'deleted accounts': {
    sqlite: Object.entries(userColumns)
      .map(
        ([table, column]) => `
    CREATE TRIGGER ${table}_of_deleted_account BEFORE INSERT ON ${table}
    WHEN length(NEW.${column}) = 36 AND NOT EXISTS (SELECT 1 FROM oauth_account WHERE id = NEW.${column})
    BEGIN SELECT RAISE(IGNORE); END;`,
      )
      .join(''),
    postgres: `
    CREATE FUNCTION ignore_deleted_account() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE account text := to_jsonb(NEW) ->> TG_ARGV[0];
      BEGIN
        IF length(account) = 36 AND NOT EXISTS (SELECT 1 FROM oauth_account WHERE id = account) THEN RETURN NULL; END IF;
        RETURN NEW;
      END $$;${Object.entries(userColumns)
        .map(
          ([table, column]) => `
    CREATE TRIGGER ${table}_of_deleted_account BEFORE INSERT ON ${table}
    FOR EACH ROW EXECUTE FUNCTION ignore_deleted_account('${column}');`,
        )
        .join('')}`,
  },
  'message words': fullTextStep('message_text'),
  // What processes tell each other about a turn, and the view of a conversation that may call.
  turns: `
    CREATE TABLE turn (
      conversation TEXT PRIMARY KEY, is_stopping INTEGER NOT NULL, problem TEXT, noted_at INTEGER NOT NULL
    );
    ALTER TABLE conversation ADD COLUMN live_view TEXT;`,
  // The operations that were done without asking, although their plugins say that they ask.
  distrust: `
    CREATE TABLE distrust (
      plugin TEXT NOT NULL REFERENCES plugin ON DELETE CASCADE, operation TEXT NOT NULL, hash TEXT NOT NULL,
      PRIMARY KEY (plugin, operation)
    );`,
  // The tokens that confirm the calls which wait with a question of their plugin.
  confirmations: `
    CREATE TABLE confirmation (
      call TEXT PRIMARY KEY REFERENCES call (id) ON DELETE CASCADE, token TEXT NOT NULL
    );`,
}

export const now = (): string => new Date().toISOString()
export const later = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString()
