import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { rss, type Served, serveFeeds, serveNews, type User } from './fixture.ts'

let web: Awaited<ReturnType<typeof serveFeeds>>
let served: Served
let ada: User
let bob: User
before(async () => {
  web = await serveFeeds((request, response) =>
    response.end(rss(`Feed ${request.url}`, { [`${request.url}`]: `canary harbour ${request.url}` })),
  )
  served = await serveNews({ NEWS_ALLOW_LOOPBACK: 'true' })
  ada = await served.as('ada')
  bob = await served.as('bob')
})
after(async () => {
  await served.close()
  web.close()
})

async function everything(user: User): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const path of [
    '/headlines',
    '/headlines?limit=1',
    '/headlines?topic=mine',
    '/search?query=canary',
    '/search?query=harbour&limit=1',
    '/feeds',
    '/feeds?offset=1',
  ])
    answers.push((await user.get(path).expect(200)).body)
  return answers
}

test('what one user follows and removes changes nothing for another', async () => {
  const before = await everything(bob)
  const added: string[] = []
  for (let index = 0; index < 5; index++)
    added.push((await ada.post('/feeds', { url: `${web.url}/${index}`, topic: 'mine' }).expect(200)).body.id)
  assert.deepEqual(await everything(bob), before)
  await ada.delete(`/feeds/${(before[5] as { feeds: { id: string }[] }).feeds[0]?.id}`).expect(200)
  await ada.delete(`/feeds/${added[0]}`).expect(200)
  assert.deepEqual(await everything(bob), before)
})

test('a feed or an article of another user looks like one that does not exist', async () => {
  const { articles } = (await ada.get('/search?query=canary').expect(200)).body
  const { feeds } = (await ada.get('/feeds').expect(200)).body
  const feed = feeds.find(({ url }: { url: string }) => url.startsWith('http'))
  assert.ok(articles.length > 0 && feed)
  for (const [foreign, absent] of [
    [bob.get(`/articles/${articles[0].id}`), bob.get('/articles/AAAAAAAAAAAA')],
    [bob.delete(`/feeds/${feed.id}`), bob.delete('/feeds/AAAAAAAAAAAA')],
  ] as const) {
    const [one, other] = await Promise.all([foreign, absent])
    assert.equal(one.status, 404)
    assert.equal(one.body.detail.replace(/[\w-]{12}/, ''), other.body.detail.replace(/[\w-]{12}/, ''))
  }
  assert.equal((await bob.get(`/headlines?feed=${feed.id}`).expect(200)).body.articles.length, 0)
  await ada.get(`/articles/${articles[0].id}`).expect(200)
})

test('two users who follow one feed have separate topics, and one keeps it when the other removes it', async () => {
  const url = `${web.url}/both`
  const { id } = (await ada.post('/feeds', { url, topic: 'hers' }).expect(200)).body
  assert.equal((await bob.post('/feeds', { url, topic: 'his' }).expect(200)).body.topic, 'his')
  const topicOf = async (user: User) =>
    (await user.get('/feeds')).body.feeds.find((feed: { id: string }) => feed.id === id)?.topic
  assert.deepEqual([await topicOf(ada), await topicOf(bob)], ['hers', 'his'])
  assert.equal((await bob.get('/headlines?topic=hers').expect(200)).body.articles.length, 0)
  await ada.delete(`/feeds/${id}`).expect(200)
  assert.deepEqual([await topicOf(ada), await topicOf(bob)], [undefined, 'his'])
  const [article] = (await bob.get(`/headlines?feed=${id}`).expect(200)).body.articles
  await bob.get(`/articles/${article.id}`).expect(200)
  await ada.get(`/articles/${article.id}`).expect(404)
})
