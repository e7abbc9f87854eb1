/** The tables of the authorization server, for the plugin's own database. Times are in seconds since 1970. */
export const oauthMigrations = {
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
}

export const seconds = (): number => Math.floor(Date.now() / 1000)
