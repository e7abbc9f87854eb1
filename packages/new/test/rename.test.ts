import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planCopy } from '../src/copy/plan-copy.ts'
import { identityOf, renamer } from '../src/copy/rename.ts'
import { formsOf } from '../src/name.ts'
import { readWorkspace } from '../src/workspace/workspace.ts'
import { repository } from './workspace.ts'

const workspace = readWorkspace(repository)
const name = formsOf('my-weather')

/** What is left of the old name, and is a word of the language or of what the plugin is about. */
const words: Record<string, RegExp> = {
  todo: /create(?=TodoLists)|TodoLists|[a-z]Todos?\b|\btodos?\b|todo_idx|\bTodo list\b|\bNew todo\b/g,
  stocks: /stocks\.csv|Stocks? prices/gi,
  news: /\bnews\b(?! is ready)/gi,
  flights: /[a-z]Flights\b|\b[Ff]lights?\b(?!Settings)/g,
  food: /\bfood\b|\bFood from\b/g,
  notes: /[a-z]Notes\b|\bNotes?\b(?!Settings)|\bnotes\b/g,
}

for (const from of ['todo', 'stocks', 'news', 'notes', 'flights', 'food'])
  test(`a copy of ${from} carries its own name`, () => {
    const { files } = planCopy({ workspace, from, name, title: 'My weather', port: 4567 })
    const old = formsOf(from)
    const port = workspace.plugins.find((plugin) => plugin.name === from)?.port
    const text = (path: string) => String(files.get(path))
    assert.match(text('package.json'), /"name": "my-weather"/)
    assert.match(text('package.json'), /--url http:\/\/localhost:4567"/)
    assert.match(text('src/main.ts'), /serve\(createMyWeatherPlugin, \{ port: 4567/)
    assert.match(text('src/plugin.ts'), /name: 'myWeather',\n {4}title: 'My weather',/)
    assert.match(text('README.md'), /^# my-weather\n/)
    assert.match(text('legal.html'), /<h1>My weather: legal information<\/h1>/)
    for (const [path, content] of files) {
      if (typeof content !== 'string' || path.startsWith('data/') || path.endsWith('.md')) continue
      const left = content.replaceAll(words[from] as RegExp, '')
      const traces = [
        `${old.pascal}(?![a-z])`,
        `\\b${old.constant}_`,
        `plugins/${old.kebab}\\b`,
        `filter ${old.kebab}\\b`,
        `\\b${port}\\b`,
      ]
      for (const trace of traces) assert.doesNotMatch(left, new RegExp(trace), `${path}: ${trace}`)
    }
    for (const path of files.keys()) assert.doesNotMatch(path, /^generated|node_modules|\.data/)
    assert.equal(files.has('test/seed.test.ts'), false)
  })

test('words that are the same as the name stay', () => {
  const identity = identityOf('news', 3335, `definePlugin({ name: 'news', title: 'News' })`)
  const rename = renamer(['createNewsPlugin', 'newsMigrations'], identity, {
    name,
    modelName: 'myWeather',
    title: 'My weather',
    port: 4567,
  })
  for (const [before, after] of [
    ['the news of today', 'the news of today'],
    ['newsMigrations, createNewsPlugin()', 'myWeatherMigrations, createMyWeatherPlugin()'],
    ['recreateNewsPlugin newsletter Newsroom', 'recreateNewsPlugin newsletter Newsroom'],
    ['NEWS_FEEDS and NEWS', 'MY_WEATHER_FEEDS and NEWS'],
    ['`news_$' + '{secret}`', '`my_weather_$' + '{secret}`'],
    ['pnpm --filter news tokens', 'pnpm --filter my-weather tokens'],
    ['plugins/news/.data, plugins/newsroom', 'plugins/my-weather/.data, plugins/newsroom'],
    ['file:news.sqlite', 'file:my-weather.sqlite'],
    ['https://news.example.com/news', 'https://my-weather.example.com/my-weather'],
    ['http://localhost:3335 in 33350 ms', 'http://localhost:4567 in 33350 ms'],
  ] as const)
    assert.equal(rename('test/a.test.ts', before), after)
})
