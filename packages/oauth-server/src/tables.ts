import { leaseMigrations } from '@reference-plugins/store'

/** The tables of the authorization server, for the plugin's own database. Times are in seconds since 1970. */
export const oauthMigrations = {
  ...leaseMigrations,
  oauth: `
    CREATE TABLE oauth_account (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, password TEXT NOT NULL, created_at INTEGER NOT NULL
    );
    CREATE TABLE oauth_sign_in (digest TEXT PRIMARY KEY, account_id TEXT NOT NULL, expires_at INTEGER NOT NULL);
    CREATE TABLE oauth_secret (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE oauth_record (
      model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grant_id TEXT, uid TEXT, account_id TEXT,
      consumed_at INTEGER, expires_at INTEGER, PRIMARY KEY (model, id)
    );
    CREATE INDEX oauth_record_grant ON oauth_record (grant_id);
    CREATE INDEX oauth_record_uid ON oauth_record (uid);
    CREATE INDEX oauth_record_account ON oauth_record (account_id);
    CREATE INDEX oauth_record_expiry ON oauth_record (expires_at)`,
  // What has been counted for limits, until a time in milliseconds since 1970.
  'oauth limits': 'CREATE TABLE oauth_limit (key TEXT PRIMARY KEY, used INTEGER NOT NULL, ends_at INTEGER NOT NULL)',
  // The keys that sign, each with the date that it was made for and the time from which it is used.
  'oauth keys': `
    CREATE TABLE oauth_key (
      kind TEXT NOT NULL, since TEXT NOT NULL, value TEXT NOT NULL, used_from INTEGER NOT NULL, PRIMARY KEY (kind, since)
    );
    INSERT INTO oauth_key (kind, since, value, used_from) SELECT name, '', value, 0 FROM oauth_secret;
    DROP TABLE oauth_secret`,
  // The client that a grant is for, and when a client registered itself.
  'oauth clients': {
    sqlite: `
      ALTER TABLE oauth_record ADD COLUMN client_id TEXT;
      ALTER TABLE oauth_record ADD COLUMN registered_at INTEGER;
      UPDATE oauth_record SET client_id = json_extract(payload, '$.clientId') WHERE model = 'Grant';
      UPDATE oauth_record SET registered_at = json_extract(payload, '$.client_id_issued_at') WHERE model = 'Client';
      CREATE INDEX oauth_record_client ON oauth_record (client_id)`,
    postgres: `
      ALTER TABLE oauth_record ADD COLUMN client_id TEXT, ADD COLUMN registered_at INTEGER;
      CREATE INDEX oauth_record_client ON oauth_record (client_id)`,
  },
}

export const seconds = (): number => Math.floor(Date.now() / 1000)
