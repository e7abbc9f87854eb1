import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openDatabase } from '@reference-plugins/store'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import { Articles } from '../../src/feeds/articles.ts'
import { Feeds } from '../../src/feeds/feeds.ts'
import { newsMigrations } from '../../src/plugin.ts'
import { UserTokens } from '../../src/user-tokens.ts'

/** A SQLite file as version 0.1 of the plugin has made it. */
function makeReleasedFile(): string {
  const file = join(temporaryFolder(), 'news.sqlite')
  const database = new DatabaseSync(file)
  database.exec(`
    CREATE TABLE migration (name TEXT PRIMARY KEY);
    INSERT INTO migration (name) VALUES ('feeds'), ('article-dates'), ('user-tokens');
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
      link TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, sorted_at TEXT NOT NULL, published_at TEXT, UNIQUE (feed, guid)
    );
    CREATE INDEX article_time ON article (feed, sorted_at);
    CREATE VIRTUAL TABLE article_text USING fts5 (title, text, content = '', contentless_delete = 1, prefix = '2 3');
    CREATE TABLE user_token (
      id TEXT PRIMARY KEY, user TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
    );
    INSERT INTO feed (key, id, url, title, is_default, fetched_at, next_poll_at) VALUES
      (1, 'feed1', 'https://a/', 'A', 0, '2026-01-01', '2026-01-02'), (2, 'feed2', 'https://b/', 'B', 1, '2026-01-01', '2026-01-02');
    INSERT INTO follow VALUES ('ada', 1, 'space', 1), ('bob', 2, NULL, 0);
    INSERT INTO article (key, id, feed, guid, link, title, text, sorted_at) VALUES
      (1, 'article1', 1, 'g1', '', 'Saturn', 'Rings', '2026-01-01'), (2, 'article2', 1, 'g2', '', '童书', '中文图书 and Saturn', '2026-01-02'),
      (3, 'article3', 2, 'g3', '', 'Saturn', 'Moons', '2026-01-03');
    INSERT INTO article_text (rowid, title, text) VALUES (1, 'Saturn', 'Rings'), (2, '童 书', '中 文 图 书 and Saturn'), (3, 'Saturn', 'Moons');
    INSERT INTO user_token VALUES ('token1', 'ada', 'digest1', '2026-01-01', NULL, NULL);`)
  database.close()
  return `file:${file}`
}

test('feeds, articles and tokens of the released version are kept, and articles are found', async () => {
  const url = makeReleasedFile()
  for (const round of ['first start', 'second start']) {
    const database = await openDatabase(url, newsMigrations)
    const [feeds, articles] = [new Feeds(database), new Articles(database)]
    await feeds.prepare()
    const find = async (user: string, query: string) => (await articles.search(user, query, 0, 10)).map(({ id }) => id)
    assert.deepEqual(await find('ada', 'saturn'), ['article3', 'article1', 'article2'], round)
    assert.deepEqual(await find('ada', '图书'), ['article2'])
    assert.deepEqual(await find('bob', 'saturn'), [])
    assert.deepEqual(
      (await feeds.list('ada', 0, 10)).map(({ id, topic }) => [id, topic]),
      [
        ['feed1', 'space'],
        ['feed2', null],
      ],
    )
    assert.deepEqual(await new UserTokens(database).find('digest1'), { id: 'ada' })
    await database.close()
  }
  const database = await openDatabase(url, newsMigrations)
  const feeds = new Feeds(database)
  assert.equal(await feeds.unfollow('ada', 'feed1'), true)
  await feeds.deleteUnfollowed('2026-02-01')
  assert.deepEqual(await new Articles(database).search('ada', '图书', 0, 10), [])
  assert.equal((await database.get<{ count: number }>`SELECT count(*) AS count FROM article`)?.count, 1)
  await database.close()
})
