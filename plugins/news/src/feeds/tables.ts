/**
 * Times are ISO 8601 texts in UTC, which sort like times. `published_at` is what the feed states, if it does; `sorted_at` is
 * where the article belongs among the others.
 */
export const feedMigrations = {
  feeds: `
    CREATE TABLE feed (
      key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, url TEXT NOT NULL UNIQUE, title TEXT NOT NULL, is_default INTEGER NOT NULL,
      etag TEXT, last_modified TEXT, fetched_at TEXT NOT NULL, next_poll_at TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX feed_poll ON feed (next_poll_at);
    CREATE TABLE follow (
      user TEXT NOT NULL, feed INTEGER NOT NULL REFERENCES feed ON DELETE CASCADE, topic TEXT, is_following INTEGER NOT NULL, PRIMARY KEY (user, feed)
    );
    CREATE INDEX follow_feed ON follow (feed);
    CREATE TABLE article (
      key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, feed INTEGER NOT NULL REFERENCES feed ON DELETE CASCADE, guid TEXT NOT NULL,
      link TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, published_at TEXT NOT NULL, UNIQUE (feed, guid)
    );
    CREATE INDEX article_time ON article (feed, published_at);
    CREATE VIRTUAL TABLE article_text USING fts5 (title, text, content = '', contentless_delete = 1, prefix = '2 3');`,
  // Until then an article without a date had the time of its reading, which has milliseconds.
  'article-dates': `
    ALTER TABLE article RENAME COLUMN published_at TO sorted_at;
    ALTER TABLE article ADD COLUMN published_at TEXT;
    UPDATE article SET published_at = sorted_at WHERE sorted_at LIKE '%.000Z';`,
}
